import { Injectable } from '@nestjs/common';
import { Cursors } from './cursor.js';

/** One page of a list, in the order of a sort key and an id. */
@Injectable()
export class Pager {
  constructor(private readonly cursors: Cursors) {}

  /**
   * The sort key and id after which the page starts.
   * @param first the position before the first row
   */
  start(
    list: string,
    after: string | undefined,
    first: readonly [string, string],
  ): readonly [string, string] {
    if (after === undefined) return first;
    const [key = first[0], id = first[1]] = this.cursors.open(list, after);
    return [key, id];
  }

  /**
   * Removes the extra row, which was read to find out whether there is a next page.
   * @param rows at most `limit + 1`
   */
  cut<Row>(
    list: string,
    rows: readonly Row[],
    limit: number,
    position: (row: Row) => readonly [string, string],
  ): { rows: readonly Row[]; next: string | null } {
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const more = rows.length > limit && last !== undefined;
    return { rows: page, next: more ? this.cursors.seal(list, position(last)) : null };
  }
}
