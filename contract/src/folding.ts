/**
 * How names are compared: without case, accents and apostrophes. `wardbell.fold()` does the same in the database for the
 * stored text; a test compares the two for every character. `toLowerCase()` is not used, because it changes with the
 * browser's Unicode version.
 */

/** Accents of Latin, Greek and Cyrillic; vowel points of Hebrew and Arabic; invisible characters. */
const MARKS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\u00ad\u200b-\u200d]/g;
const BEYOND_ASCII = /[^\0-\x7f]/;

/** Capitals and, as many places further, their small letters: first and last capital, distance, step. */
const ALPHABETS = [
  [0x391, 0x3a9, 32, 1], // Greek
  [0x410, 0x42f, 32, 1], // Cyrillic
  [0x400, 0x40f, 80, 1],
  [0x48a, 0x4be, 1, 2],
  [0x4d0, 0x52e, 1, 2],
  [0x531, 0x556, 48, 1], // Armenian
] as const;

/** Letters that Unicode does not take apart. */
const LETTERS = new Map(
  Object.entries({
    ...{
      Ø: 'o',
      ø: 'o',
      Ł: 'l',
      ł: 'l',
      Đ: 'd',
      đ: 'd',
      Ð: 'd',
      ð: 'd',
      ı: 'i',
      Ħ: 'h',
      ħ: 'h',
      Ŧ: 't',
      ŧ: 't',
    },
    ...{ Ŋ: 'n', ŋ: 'n', Ə: 'a', ə: 'a', Ɓ: 'b', ɓ: 'b', Ɗ: 'd', ɗ: 'd', Ƙ: 'k', ƙ: 'k', Ɛ: 'e', ɛ: 'e' },
    ...{ Ɔ: 'o', ɔ: 'o', ς: 'σ', ß: 'ss', ẞ: 'ss', æ: 'ae', Æ: 'ae', œ: 'oe', Œ: 'oe', þ: 'th', Þ: 'th' },
    ...{ '‐': '-', '–': '-', '—': '-', '‘': '', '’': '', ʼ: '', ʹ: '' },
  }),
);
for (const [first, last, distance, step] of ALPHABETS) {
  for (let capital = first as number; capital <= last; capital += step) {
    // U+03A2 is no letter: it would be the capital of final sigma
    if (capital !== 0x3a2)
      LETTERS.set(String.fromCodePoint(capital), String.fromCodePoint(capital + distance));
  }
}

/** Text without case, accents and apostrophes; comma and semicolon are spaces. */
export function fold(text: string): string {
  const letters = BEYOND_ASCII.test(text)
    ? text.replaceAll('´', '').normalize('NFKD').replace(MARKS, '')
    : text;
  return letters
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[,;]/g, ' ')
    .replace(/[`']/g, '')
    .replace(/[^\0-\x7f]/g, (letter) => LETTERS.get(letter) ?? letter);
}
