/** Words of a search that are used; more would hardly narrow the result. */
const MAX_WORDS = 10;

/** The words of a search with the wildcards of LIKE escaped; the longest, which is usually the rarest, comes first. */
export const wordsOf = (search: string): string[] =>
  search
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS)
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replace(/[\\%_]/g, '\\$&'));
