import { type ClinicSetup, foldName } from '../../../shared/clinic-setup/use-clinic-setup';
import type { Grouping } from '../queries/use-view';
import { type ClosedTime, closedTimes, openTimes } from './open-times';

/** How the columns of a day look by what is known of their practitioners or rooms. */
export interface Looks {
  /** The name of a record for a text that differs from it in case and blanks only. */
  readonly nameOf: (text: string) => string;
  readonly colorOf: (name: string | null) => string | undefined;
  readonly closedOf: (name: string | null) => readonly ClosedTime[];
  /** Office hours of the clinic and, in columns by practitioner, of those who have their own. */
  readonly open: readonly { readonly startMs: number; readonly endMs: number }[];
}

export const looksOf = (
  setup: ClinicSetup | undefined,
  by: Grouping,
  date: string,
  timeZone: string,
): Looks => {
  if (!setup) return { nameOf: (text) => text, colorOf: () => undefined, closedOf: () => [], open: [] };
  const records = by === 'room' ? setup.rooms : setup.practitioners;
  const byName = new Map(records.map((record) => [foldName(record.name), record]));
  const recordOf = (name: string | null) => (name === null ? undefined : byName.get(foldName(name)));
  const practitionerOf = (name: string | null) =>
    by === 'practitioner' ? (recordOf(name)?.id ?? null) : null;
  const own = by === 'practitioner' ? setup.hours.practitioners : [];
  return {
    nameOf: (text) => recordOf(text)?.name ?? text,
    colorOf: (name) => recordOf(name)?.color,
    closedOf: (name) => closedTimes(setup, date, timeZone, practitionerOf(name)),
    open: [null, ...own.map(({ practitioner_id }) => practitioner_id)].flatMap(
      (id) => openTimes(setup, date, timeZone, id) ?? [],
    ),
  };
};
