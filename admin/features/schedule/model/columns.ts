import type { Appointment } from '@wardbell/contract';
import type { Grouping } from '../queries/use-view';

/** Appointments of one practitioner or one room. */
export interface DayColumn {
  /** Tells the column from the others; null for those that name none. */
  readonly name: string | null;
  readonly rows: readonly Appointment[];
}

/**
 * A day in columns, by name, those without one last. `known` names stand there also when they have nothing: one
 * cannot book where there is no column.
 */
export const columnsOf = (
  rows: readonly Appointment[],
  by: Grouping,
  known: readonly string[],
  locale: string,
  /** The name of a record for a text that differs from it in case and blanks only. */
  nameOf: (text: string) => string = (text) => text,
): readonly DayColumn[] => {
  const groups = new Map<string | null, Appointment[]>(known.map((name) => [name, []]));
  for (const row of rows) {
    const text = row[by];
    const name = text === null ? null : nameOf(text);
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  const order = new Intl.Collator(locale, { numeric: true });
  return [...groups]
    .map(([name, group]) => ({ name, rows: group }))
    .sort((a, b) =>
      a.name === null
        ? 1
        : b.name === null
          ? -1
          : order.compare(a.name, b.name) || (a.name < b.name ? -1 : 1),
    );
};
