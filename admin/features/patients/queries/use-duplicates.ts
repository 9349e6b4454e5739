import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Patient, PatientIdentity } from '@wardbell/contract';
import { useApi } from '../../../shared/session/context';

/** Registering waits for it no longer. */
const ANSWER_MS = 3_000;
/** Long enough for a form to be filled in; the record that is opened is read anew. */
const STALE_MS = 60_000;

export interface Duplicates {
  readonly patients: readonly Patient[];
  /** Asks the server, unless it has just answered; nobody if it cannot answer, so that registering goes on. */
  readonly find: (identity: PatientIdentity) => Promise<readonly Patient[]>;
}

/** Patients who may be this person already. */
export const useDuplicates = (identity: PatientIdentity | null): Duplicates => {
  const api = useApi();
  const cache = useQueryClient();
  const options = (body: PatientIdentity | null) =>
    queryOptions({
      queryKey: ['duplicates', body],
      queryFn: async ({ signal }) =>
        body === null
          ? []
          : (await api.call('POST', '/patients/duplicates', { body, signal, answerWithinMs: ANSWER_MS }))
              .data,
      staleTime: STALE_MS,
      // names: forgotten soon after the form is closed
      gcTime: STALE_MS,
      retry: false,
    });
  const query = useQuery({ ...options(identity), enabled: identity !== null });
  return {
    patients: query.data ?? [],
    find: (body) => cache.fetchQuery(options(body)).catch(() => []),
  };
};
