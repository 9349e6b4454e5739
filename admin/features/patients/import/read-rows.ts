import type { PatientImportRow } from '@wardbell/contract';
import { fold } from '@wardbell/contract/folding';
import { PatientImportRow as RowSchema } from '@wardbell/contract/patient-import';
import { type DateOrder, readBirthDate } from './birth-date';
import { IMPORT_FIELDS, type ImportField, type Mapping } from './columns';
import type { Sheet } from './csv-file';

/** Why a cell cannot be imported. */
export type CellProblem =
  | 'required'
  | 'tooLong'
  | 'date'
  | 'century'
  | 'notPast'
  | 'gender'
  | 'email'
  | 'repeatedMrn'
  | 'other';

export interface RowProblem {
  /** As a spreadsheet counts, from 1. */
  readonly line: number;
  readonly field: ImportField;
  readonly problem: CellProblem;
}

export interface GoodRow {
  readonly line: number;
  readonly row: PatientImportRow;
  /** The earlier line of the file with the same names and birth date. */
  readonly twinOf: number | null;
}

export interface ReadRows {
  readonly good: readonly GoodRow[];
  readonly problems: readonly RowProblem[];
  /** Lines with a problem. */
  readonly badLines: number;
}

export interface ReadSettings {
  readonly mapping: Mapping;
  readonly withHeaders: boolean;
  readonly order: DateOrder;
}

const GENDERS: ReadonlyMap<string, PatientImportRow['gender']> = new Map(
  Object.entries({
    male: 'm male man masculine mann maennlich mannlich herr homme masculin h monsieur',
    female: 'f female woman feminine w frau weiblich femme feminin madame',
    other: 'd x o other diverse divers nonbinary nichtbinaer nichtbinar autre nonbinaire',
    unknown: 'u unknown unbekannt inconnu inconnue ka na',
  } as const).flatMap(([gender, words]) =>
    words.split(' ').map((word) => [word, gender as PatientImportRow['gender']]),
  ),
);

/** Reads the rows of a file as patients. Nothing of it leaves the browser. */
export function readRows({ rows }: Pick<Sheet, 'rows'>, settings: ReadSettings): ReadRows {
  const good: GoodRow[] = [];
  const problems: RowProblem[] = [];
  const bad = new Set<number>();
  const linesOfMrn = new Map<string, number>();
  const linesOfPerson = new Map<string, number>();
  for (const [index, cells] of rows.entries()) {
    const line = index + 1;
    if ((settings.withHeaders && isFirst(rows, index)) || cells.every((cell) => cell === '')) continue;
    const { row, wrong } = readRow(cells, settings);
    const { mrn } = row ?? {};
    if (mrn !== undefined && linesOfMrn.has(mrn)) wrong.push(['mrn', 'repeatedMrn']);
    if (mrn !== undefined && !linesOfMrn.has(mrn)) linesOfMrn.set(mrn, line);
    if (wrong.length > 0 || row === undefined) {
      bad.add(line);
      problems.push(...wrong.map(([field, problem]) => ({ line, field, problem })));
      continue;
    }
    const person = fold(`${row.last_name}\t${row.first_name}\t${row.birth_date ?? ''}`);
    const twinOf = linesOfPerson.get(person) ?? null;
    if (twinOf === null) linesOfPerson.set(person, line);
    good.push({ line, row, twinOf });
  }
  return { good, problems, badLines: bad.size };
}

/** The headers are in the first row that is not empty. */
const isFirst = (rows: Sheet['rows'], index: number): boolean =>
  rows.findIndex((cells) => cells.some((cell) => cell !== '')) === index;

type Wrong = [field: ImportField, problem: CellProblem];

function readRow(
  cells: readonly string[],
  { mapping, order }: ReadSettings,
): { readonly row: PatientImportRow | undefined; readonly wrong: Wrong[] } {
  const wrong: Wrong[] = [];
  const values: Partial<Record<ImportField, string>> = { last_name: '', first_name: '' };
  for (const [column, field] of mapping.entries()) {
    const text = cells[column] ?? '';
    if (field === null || text === '') continue;
    if (field === 'birth_date') {
      const read = readBirthDate(text, order);
      if ('date' in read) values.birth_date = read.date;
      else wrong.push(['birth_date', read.problem]);
    } else if (field === 'gender') {
      const gender = GENDERS.get(fold(text).replace(/[^a-z]/g, ''));
      if (gender) values.gender = gender;
      else wrong.push(['gender', 'gender']);
    } else values[field] = text;
  }
  const parsed = RowSchema.safeParse(values);
  for (const { path, code } of parsed.error?.issues ?? []) {
    const field = IMPORT_FIELDS.find((one) => one === path[0]);
    if (field && !wrong.some(([known]) => known === field)) wrong.push([field, problemOf(field, code)]);
  }
  return { row: parsed.data, wrong };
}

function problemOf(field: ImportField, code: string): CellProblem {
  if (code === 'too_small') return 'required';
  if (code === 'too_big') return 'tooLong';
  if (field === 'email') return 'email';
  if (field === 'birth_date') return 'notPast';
  return 'other';
}
