'use client';

import type { ListName } from '@wardbell/contract/list-names';
import type { Address } from '../hooks/use-address';
import { SavedFilters } from './saved-filters';

/** The saved filters of a room whose filter stands in the address. */
export const AddressFilters = ({
  list,
  address,
  names,
  without = [],
}: {
  list: ListName;
  address: Address;
  /** Parameters that a saved filter has. */
  names: readonly string[];
  /** Parameters that are taken away when one is chosen: what is open, and what is never saved. */
  without?: readonly string[];
}) => {
  const filter = Object.fromEntries(
    names.flatMap((name) => {
      const value = address.get(name);
      return value === null ? [] : [[name, value] as const];
    }),
  );
  return (
    <SavedFilters
      list={list}
      filter={filter}
      onApply={(saved) => {
        const nothing = [...names, ...without].map((name) => [name, null] as const);
        address.set({ ...Object.fromEntries(nothing), ...saved }, 'push');
      }}
    />
  );
};
