import { type InfiniteData, useQueryClient } from '@tanstack/react-query';
import { useLiveInfiniteQuery } from '@wardbell/client/react';
import type { Patient } from '@wardbell/contract';
import { useEffect, useMemo, useRef } from 'react';
import { type Paged, pagedOf } from '../../../shared/api/paged';
import { shownPatientChanges, toShownPatient } from '../../../shared/api/patient-rows';
import type { Sort } from '../../../shared/grid/columns';
import { useApi } from '../../../shared/session/context';
import { useHiddenPatients } from '../model/hidden';
import { loadMatcher, matcherOf, orderOf } from '../model/order';

/** Fills a tall screen; later pages are as large as the API allows. */
const FIRST_PAGE = 100;
const NEXT_PAGE = 200;

/** `loading`: nothing to show yet, not even of the search before. */
export interface PatientList extends Paged {
  readonly rows: readonly Patient[];
  /** The rows are what this browser already had; the server's answer is on its way. */
  readonly searching: boolean;
  /** The rows change with the database; false: they may be out of date. */
  readonly live: boolean;
}

/** The clinic's patients in an order, joined with the stream of changes. */
export const usePatientList = (search: string, archived: boolean, sort: Sort): PatientList => {
  const api = useApi();
  const cache = useQueryClient();
  const { matches, found } = useMemo(() => {
    const matches = matcherOf(search);
    /** Those whom only the server finds, by the MRN of a record that was merged into theirs. */
    const found = new Set<string>();
    if (search === '') return { matches, found };
    // what is here from before
    for (const [, data] of cache.getQueriesData<InfiniteData<{ readonly data: readonly Patient[] }>>({
      queryKey: ['patients', search],
    }))
      for (const page of data?.pages ?? []) for (const row of page.data) if (!matches(row)) found.add(row.id);
    return { matches, found };
  }, [search, cache]);
  const include = useMemo(
    () => (patient: Patient) =>
      (archived || !patient.archived) && (matches(patient) || found.has(patient.id)),
    [matches, found, archived],
  );
  const query = useLiveInfiniteQuery({
    queryKey: ['patients', search, archived, sort.by, sort.descending],
    queryFn: async ({ after, signal }) => {
      if (search !== '') await loadMatcher();
      const page = await api.call('GET', '/patients', {
        query: {
          limit: after === null ? FIRST_PAGE : NEXT_PAGE,
          after: after ?? undefined,
          search: search === '' ? undefined : search,
          archived: archived ? 'true' : undefined,
          sort: sort.by,
          order: sort.descending ? 'desc' : 'asc',
        },
        signal,
      });
      const data = page.data.map(toShownPatient);
      // before the page is joined with what changes
      for (const row of data) if (!matches(row)) found.add(row.id);
      return { ...page, data };
    },
    changes: shownPatientChanges,
    include,
    compare: orderOf(sort),
  });

  // While a new search is under way, what the one before had loaded is searched here and now.
  const before = useRef<readonly Patient[]>([]);
  useEffect(() => {
    if (query.data) before.current = query.rows;
  }, [query.data, query.rows]);
  const searching = query.isPending && !query.isError;
  const hidden = useHiddenPatients();
  const rows = useMemo(() => {
    const known = searching ? before.current.filter(include) : query.rows;
    return hidden.size === 0 ? known : known.filter((patient) => !hidden.has(patient.id));
  }, [searching, include, query.rows, hidden]);

  return {
    ...pagedOf(query),
    rows,
    searching,
    loading: searching && rows.length === 0,
    live: query.live,
  };
};
