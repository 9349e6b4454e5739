import { useQuery } from '@tanstack/react-query';
import type { Appointment } from '@wardbell/contract';
import { useMemo } from 'react';
import { useApi } from '../../../shared/session/context';
import { addDays, dayBounds } from '../model/clock';
import { type KnownNames, namesIn } from '../model/known-names';

/** As far around the day as practitioners and rooms are looked for; one page of them is enough. */
const DAYS_AROUND = 7;
const LIMIT = 200;

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
