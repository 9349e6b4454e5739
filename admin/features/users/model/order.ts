import type { User } from '@wardbell/contract';
import type { Sort } from '../../../shared/grid/columns';

export const BY_EMAIL: Sort = { by: 'email', descending: false };
const ORDERS = ['email', 'last_sign_in'] as const;

/**
 * Users that are sorted here, at most. The server lists them by e-mail address, which nobody loses by signing in
 * between two pages: by last sign-in they would move to a page that has been read.
 */
export const MAX_SORTED = 1_000;

/** The order that stands in an address. */
export const readSort = (get: (name: string) => string | null): Sort => ({
  by: ORDERS.find((known) => known === get('sort')) ?? BY_EMAIL.by,
  descending: get('order') === 'desc',
});

export const sortAddress = ({ by, descending }: Sort) => ({
  sort: by === BY_EMAIL.by ? null : by,
  order: descending ? 'desc' : null,
});

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whoever never signed in has waited longest. Rows come by e-mail address, and stay so where nothing else tells them apart. */
export const sortUsers = (rows: readonly User[], { by, descending }: Sort): readonly User[] => {
  if (by === BY_EMAIL.by) return descending ? rows.toReversed() : rows;
  const at = (user: User) => user.last_sign_in_at ?? '';
  return rows.toSorted((a, b) => compareText(at(a), at(b)) * (descending ? -1 : 1));
};
