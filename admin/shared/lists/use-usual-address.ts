import type { ListName } from '@wardbell/contract/list-names';
import type { Address } from '../hooks/use-address';
import { useUsualFilter } from './use-usual-filter';

/** `useUsualFilter` for a room whose filter stands in the address: it asks for nothing when it is empty. */
export const useUsualAddress = (list: ListName, address: Address): void =>
  useUsualFilter(list, !address.isEmpty, (filter) => address.set(filter));
