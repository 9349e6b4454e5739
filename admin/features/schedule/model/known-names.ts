import type { Appointment } from '@wardbell/contract';
import { type ClinicSetup, foldName } from '../../../shared/clinic-setup/use-clinic-setup';

/** Words that this clinic uses for its appointments, most used first. */
export interface KnownNames {
  readonly practitioner: readonly string[];
  readonly room: readonly string[];
  readonly type: readonly string[];
  /** Where somebody mostly works. */
  readonly roomOf: ReadonlyMap<string, string>;
}

const mostUsed = (values: readonly (string | null)[]): readonly string[] => {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([value]) => value);
};

/** Records of the clinic first, then what else it has used. */
export const withRecords = (known: KnownNames, setup: ClinicSetup | undefined): KnownNames => {
  if (!setup) return known;
  const names = (
    records: readonly { readonly name: string; readonly active: boolean }[],
    used: readonly string[],
  ) => {
    const folded = new Set(records.map(({ name }) => foldName(name)));
    return [
      ...records.filter(({ active }) => active).map(({ name }) => name),
      ...used.filter((name) => !folded.has(foldName(name))),
    ];
  };
  return {
    ...known,
    practitioner: names(setup.practitioners, known.practitioner),
    room: names(setup.rooms, known.room),
    type: names(setup.types, known.type),
  };
};

export const namesIn = (rows: readonly Appointment[]): KnownNames => {
  const practitioner = mostUsed(rows.map((row) => row.practitioner));
  const roomOf = new Map<string, string>();
  for (const name of practitioner) {
    const [room] = mostUsed(rows.filter((row) => row.practitioner === name).map((row) => row.room));
    if (room !== undefined) roomOf.set(name, room);
  }
  return {
    practitioner,
    room: mostUsed(rows.map((row) => row.room)),
    type: mostUsed(rows.map((row) => row.type)),
    roomOf,
  };
};
