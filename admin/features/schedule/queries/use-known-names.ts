import { useQuery } from '@tanstack/react-query';
import type { Appointment } from '@wardbell/contract';
import { useMemo } from 'react';
import { addDays } from '../../../shared/forms/calendar-days';
import { useApi } from '../../../shared/session/context';
import { dayBounds } from '../model/clock';
import { type KnownNames, namesIn } from '../model/known-names';
import { mondayOf } from '../model/week';

/** As far around the week as practitioners and rooms are looked for; one page of them is enough. */
const DAYS_AROUND = 7;
const LIMIT = 200;

/**
 * Practitioners, rooms and types are free text: what the clinic used in the weeks around this one is offered. Loaded beside
 * the day, and once for its whole week, so that no column comes after the others.
 */
export const useKnownNames = (
  date: string,
  timeZone: string,
  rows: readonly Appointment[],
): readonly [KnownNames, { readonly settled: boolean }] => {
  const api = useApi();
  const monday = mondayOf(date);
  const { data, isPending } = useQuery({
    queryKey: ['appointments-around', monday],
    queryFn: async ({ signal }) => {
      const at = (days: number) => new Date(dayBounds(addDays(monday, days), timeZone).startMs).toISOString();
      const query = { from: at(-DAYS_AROUND), to: at(7 + DAYS_AROUND), limit: LIMIT };
      return (await api.call('GET', '/appointments', { query, signal })).data;
    },
    staleTime: 300_000,
    // It is only offered: the day must not wait for a second try.
    retry: false,
  });
  const names = useMemo(() => namesIn([...rows, ...(data ?? [])]), [rows, data]);
  return [names, { settled: !isPending }];
};
