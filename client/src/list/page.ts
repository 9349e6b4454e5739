import type { Changes, LiveRow } from './changes.js';

/** A page of a list as returned by the API: rows, the cursor of the next page, and the position of its snapshot. */
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
   * Whether the row belongs to this list (its search or filter). If absent, every row does. `unsure` reloads the list
   * when only the server can decide.
   */
  readonly include?: (row: Row) => boolean | 'unsure';
  /** Order of the list on the server. If absent, new rows come first and changed rows keep their place. */
  readonly compare?: (a: Row, b: Row) => number;
}
