/** Stands for any characters, in a title that a run completes and in a quotation that leaves some out. */
export const WILDCARD = '\u0000';

/** True when one text fits both patterns. A pattern of nothing but wildcards fits nothing. */
export function overlaps(one: string, other: string): boolean {
  if (!isTelling(one) || !isTelling(other)) return false;
  const known = new Map<number, boolean>();
  const fits = (i: number, j: number): boolean => {
    const key = i * (other.length + 1) + j;
    const answer = known.get(key) ?? compare(i, j);
    known.set(key, answer);
    return answer;
  };
  const compare = (i: number, j: number): boolean => {
    if (i === one.length && j === other.length) return true;
    if (one[i] === WILDCARD) return fits(i + 1, j) || (j < other.length && fits(i, j + 1));
    if (other[j] === WILDCARD) return fits(i, j + 1) || (i < one.length && fits(i + 1, j));
    return i < one.length && one[i] === other[j] && fits(i + 1, j + 1);
  };
  return fits(0, 0);
}

/** Three letters in a row at least. */
const isTelling = (pattern: string): boolean => /\p{L}{3}/u.test(pattern);
