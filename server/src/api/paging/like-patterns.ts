/** Words of a search; more narrow nothing down. */
const MAX_WORDS = 10;

/** The words of a search, the longest and so the rarest first, with what LIKE reads as a pattern escaped. */
export const wordsOf = (search: string): string[] =>
  search
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS)
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replace(/[\\%_]/g, '\\$&'));

/**
 * LIKE patterns of the words. Left in their case: PostgreSQL lower-cases them where a column is, because JavaScript
 * differs for some letters.
 */
export const patternsOf = (search: string): string[] => wordsOf(search).map((word) => `%${word}%`);
