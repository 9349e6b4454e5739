import { useLiveQuery } from '@wardbell/client/react';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { toShownPatient } from '../../../shared/api/patient-rows';
import { useApi } from '../../../shared/session/context';
import { loadMatcher, matcherOf } from '../model/order';
import { type Count, Tally } from '../model/tally';

/** A number that only the server can tell is asked for again after this: it costs more than a page. */
const AGAIN_MS = 30_000;

/** The number of patients that the list has in all, live; null while it is not known. What is unsure is asked for again. */
export const usePatientTotal = (search: string, archived: boolean, enabled: boolean): Count => {
  const api = useApi();
  // who is archived leaves the list by an update, as who does not match any more
  const tally = useMemo(() => {
    if (archived && search === '') return new Tally();
    const matches = matcherOf(search);
    return new Tally((patient) => (archived || !patient.archived) && matches(patient));
  }, [search, archived]);
  const query = useLiveQuery({
    queryKey: ['patient-total', search, archived],
    enabled,
    // a number that nobody followed for a while is of no use
    gcTime: 0,
    queryFn: async ({ signal }) => {
      if (search !== '') await loadMatcher();
      const page = await api.call('GET', '/patients', {
        query: {
          limit: 1,
          total: 'true',
          search: search === '' ? undefined : search,
          archived: archived ? 'true' : undefined,
        },
        signal,
      });
      // before the list is joined, which then tells every event after this position
      tally.begin(page.seq, page.total ?? 0);
      return { ...page, data: page.data.map(toShownPatient) };
    },
    changes: (event) => {
      tally.hear(event);
      return undefined;
    },
  });
  const { refetch, isError, errorUpdatedAt } = query;
  const { total, unsure } = useSyncExternalStore(tally.subscribe, tally.snapshot, tally.snapshot);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each attempt that failed there is another one
  useEffect(() => {
    if (!enabled || !(unsure || isError)) return;
    const timer = setTimeout(() => void refetch(), AGAIN_MS);
    return () => clearTimeout(timer);
  }, [enabled, unsure, isError, errorUpdatedAt, refetch]);
  return { total: enabled ? total : null, unsure };
};
