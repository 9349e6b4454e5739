import type { Changes, LiveRow } from './changes.js';

/** A page of a list as the API answers it: rows, the cursor of the next page, and the position of its snapshot. */
export interface LivePage<Row extends LiveRow> {
  readonly data: readonly Row[];
  readonly next?: string | null;
  readonly seq: number;
  readonly epoch: string;
}

/** How events change a list. */
export interface ListRules<Row extends LiveRow> {
  /** `patientChanges`, `appointmentChanges`, or your own. */
  readonly changes: Changes<Row>;
  /**
   * Does the row belong to this list (its search, its filter)? Absent: every row does. `unsure` loads the
   * list again, for what only the server can judge.
   */
  readonly include?: (row: Row) => boolean | 'unsure';
  /** Order of the list, the server's. Absent: new rows come first and changed rows stay where they are. */
  readonly compare?: (a: Row, b: Row) => number;
}
