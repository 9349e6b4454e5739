import { lazily } from '../lazily';

/** The saved filters of a room whose filter stands in the address; their button has its place before it is here. */
export const AddressFilters = lazily(
  async () => (await import('./address-filters')).AddressFilters,
  () => <span style={{ width: 36 }} />,
);

/** The saved filters of any other list. */
export const SavedFilters = lazily(async () => (await import('./saved-filters')).SavedFilters);
