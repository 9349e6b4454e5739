import type { LiveRow } from './changes.js';
import type { LivePage } from './page.js';

/**
 * Removes duplicates. A row that moves while pages are loaded one after the other appears on two of them; the higher
 * version is kept, or the first of equal ones. Pages without duplicates are returned as the same objects.
 */
export const dedupe = <Row extends LiveRow, Page extends LivePage<Row>>(
  pages: readonly Page[],
): readonly Page[] => {
  const best = new Map<string, Row>();
  let rows = 0;
  for (const { data } of pages) {
    rows += data.length;
    for (const row of data) {
      const other = best.get(row.id);
      if (!other || row.version > other.version) best.set(row.id, row);
    }
  }
  if (best.size === rows) return pages;
  return pages.map((page) => {
    // `delete` keeps each row once, because two pages can contain the same object.
    const data = page.data.filter((row) => best.get(row.id) === row && best.delete(row.id));
    return data.length === page.data.length ? page : { ...page, data };
  });
};
