const MAX_COUNT = 99;
const MARK = /^\(\d+\+?\) /;

/** The title as the page has named itself. */
export const unmarked = (title: string): string => title.replace(MARK, '');

/** "(3) Schedule · Wardbell"; the bare title without unread notices. */
export const withUnread = (title: string, unread: number): string => {
  if (unread <= 0) return unmarked(title);
  return `(${unread > MAX_COUNT ? `${MAX_COUNT}+` : unread}) ${unmarked(title)}`;
};
