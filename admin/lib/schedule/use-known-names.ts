import { useQuery } from '@tanstack/react-query';
import type { Appointment } from '@wardbell/contract';
import { useMemo } from 'react';
import { useApi } from '../session/context';
import { addDays, dayBounds } from './clock';

/** As far around the day as practitioners and rooms are looked for; one page of them is enough. */
const DAYS_AROUND = 7;
const LIMIT = 200;

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

/**
 * Practitioners, rooms and types are free text: what the clinic used in the days around this one is offered.
 * Loaded after the day, which does not wait for it.
 */
export const useKnownNames = (
  date: string,
  timeZone: string,
  day: { readonly rows: readonly Appointment[]; readonly complete: boolean },
): KnownNames => {
  const api = useApi();
  const around = useQuery({
    queryKey: ['appointments-around', date],
    queryFn: async ({ signal }) => {
      const at = (days: number) => new Date(dayBounds(addDays(date, days), timeZone).startMs).toISOString();
      const query = { from: at(-DAYS_AROUND), to: at(DAYS_AROUND + 1), limit: LIMIT };
      return (await api.call('GET', '/appointments', { query, signal })).data;
    },
    enabled: day.complete,
    staleTime: 300_000,
  });
  return useMemo(() => namesIn([...day.rows, ...(around.data ?? [])]), [day.rows, around.data]);
};
