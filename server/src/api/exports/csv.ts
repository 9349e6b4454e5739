import { CSV_SEPARATORS, type CsvSeparator } from '@wardbell/contract';

export const CSV_MEDIA_TYPE = 'text/csv; charset=utf-8';

/** Tells Excel that the file is UTF-8. */
const BOM = '\uFEFF';

/** With these a spreadsheet begins a formula, in their full-width forms too (OWASP, CSV Injection). */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;

/** Either separator, because the file may be opened with the other one. */
const QUOTED = /[",;\t\r\n]|^\s|\s$/;

const plainText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** Numbers and booleans are ours; a text may begin as a formula does and gets an apostrophe in front. */
const cellOf = (value: unknown): string => {
  const plain = plainText(value);
  const text = typeof value !== 'number' && FORMULA.test(plain) ? `'${plain}` : plain;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

type Row = Readonly<Record<string, unknown>>;

/** Writes rows as lines of a CSV file (RFC 4180). */
export class CsvWriter<Column extends string> {
  readonly #separator: string;

  constructor(
    private readonly columns: readonly Column[],
    separator: CsvSeparator,
  ) {
    this.#separator = CSV_SEPARATORS[separator];
  }

  /** The beginning of the file. */
  head(): string {
    return BOM + this.#line(this.columns);
  }

  /** Fields that are not a column are left out; a field that a row does not have is an empty cell. */
  lines(rows: readonly Row[]): string {
    return rows.map((row) => this.#line(this.columns.map((column) => row[column]))).join('');
  }

  #line(cells: readonly unknown[]): string {
    return `${cells.map(cellOf).join(this.#separator)}\r\n`;
  }
}
