import Papa from 'papaparse';

/** More than 10,000 patients have; it is read whole. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** What spreadsheets write between cells; which one depends on the country. */
const SEPARATORS = [';', ',', '\t'];
/** A first line by which a file tells Excel its separator. */
const EXCEL_HINT = /^sep=(.)\r?\n/i;

/** A file as rows of cells; the place of a row is its number in a spreadsheet, less one. */
export interface Sheet {
  readonly rows: readonly (readonly string[])[];
  /** The row in which a quote is opened and never closed, from 0; null: there is none. */
  readonly brokenRow: number | null;
}

/** UTF-8 with or without its mark, UTF-16 with its mark, else Windows-1252, which Excel writes in Western Europe. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Reads the text of a file. Empty rows stay, so that the numbers of the others are those of a spreadsheet. */
export function parseSheet(text: string): Sheet {
  const hint = EXCEL_HINT.exec(text);
  const body = hint ? text.slice(hint[0].length) : text;
  const { data, errors } = Papa.parse<string[]>(body, { delimiter: hint?.[1] ?? findSeparator(body) });
  const rows = data.map((cells) => cells.map(cleanCell));
  const broken = errors.find(({ type }) => type === 'Quotes')?.row ?? null;
  const before = hint ? 1 : 0;
  return {
    rows: [...Array.from({ length: before }, () => []), ...withoutEmptyEnd(rows)],
    brokenRow: broken === null ? null : broken + before,
  };
}

/** The library counts an empty row as one of a single cell: with few columns it would not find the separator. */
const findSeparator = (text: string): string =>
  Papa.parse<string[]>(text, { preview: 50, skipEmptyLines: 'greedy', delimitersToGuess: SEPARATORS }).meta
    .delimiter;

/** A line break at the end of a file is no row. */
const withoutEmptyEnd = (rows: string[][]): string[][] => {
  let end = rows.length;
  while (end > 0 && rows[end - 1]?.every((cell) => cell === '')) end--;
  return rows.slice(0, end);
};

/** `="0123"` is how spreadsheets export a number whose first digit is a zero. */
const cleanCell = (cell: string): string =>
  cell
    .replaceAll('\u00a0', ' ')
    .replace(/^="([^"]*)"$/, '$1')
    .trim();
