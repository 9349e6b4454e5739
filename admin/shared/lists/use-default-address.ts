import type { ListName } from '@wardbell/contract/list-names';
import type { Address } from '../hooks/use-address';
import { useDefaultFilter } from './use-default-filter';

/** `useDefaultFilter` for a room whose filter stands in the address: it asks for nothing when it is empty. */
export const useDefaultAddress = (list: ListName, address: Address): void =>
  useDefaultFilter(list, !address.isEmpty, (filter) => address.set(filter));
