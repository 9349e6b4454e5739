import { type ReadPage, readNews } from './catch-up';

/** A log of the numbers 1 to `newest`, as the API pages it backwards. */
const logOf =
  (newest: number, keep = (_seq: number) => true): ReadPage<{ seq: number }> =>
  async (before, limit) => {
    const all = Array.from({ length: newest }, (_, index) => ({ seq: newest - index })).filter(
      ({ seq }) => seq < before && keep(seq),
    );
    const data = all.slice(0, limit);
    return { data, next: all.length > limit ? String(data.at(-1)?.seq) : null };
  };

const numbers = (rows: readonly { seq: number }[]) => rows.map(({ seq }) => seq);

describe('readNews', () => {
  it('finds what came after the newest that is known', async () => {
    const { rows, restart } = await readNews(7, logOf(10));
    expect([numbers(rows), restart]).toEqual([[10, 9, 8], null]);
  });

  it('reads on until it meets what is known, without a hole', async () => {
    const { rows, restart } = await readNews(100, logOf(600));
    expect(restart).toBeNull();
    expect(numbers(rows)).toEqual(Array.from({ length: 500 }, (_, index) => 600 - index));
  });

  it('has nothing when nothing came, and everything when nothing was known', async () => {
    expect(await readNews(10, logOf(10))).toEqual({ rows: [], restart: null });
    expect(numbers((await readNews(0, logOf(3))).rows)).toEqual([3, 2, 1]);
  });

  it('is not misled by numbers that a filter skips', async () => {
    const even = logOf(400, (seq) => seq % 2 === 0);
    const { rows } = await readNews(99, even);
    expect(numbers(rows)).toEqual(Array.from({ length: 151 }, (_, index) => 400 - 2 * index));
  });

  it('starts anew when too much came, with a page that leads on backwards', async () => {
    const { rows, restart } = await readNews(1, logOf(5_000));
    expect(rows).toEqual([]);
    expect(restart?.data[0]).toEqual({ seq: 5_000 });
    expect(Number(restart?.next)).toBe(restart?.data.at(-1)?.seq);
  });
});
