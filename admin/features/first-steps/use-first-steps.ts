import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEvents } from '@wardbell/client/react';
import type { FirstSteps } from '@wardbell/contract';
import { useApi } from '../../shared/session/context';

const KEY = ['first-steps'] as const;
/** Besides the events: it is the answer of the server that ticks. */
const REFRESH_MS = 30_000;

export const isDone = (steps: FirstSteps): boolean => Object.values(steps).every(Boolean);

/** What the clinic has already, live; not asked for again once everything is there. */
export const useFirstSteps = (): FirstSteps | undefined => {
  const api = useApi();
  const cache = useQueryClient();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.call('GET', '/first-steps', { signal }),
    refetchInterval: ({ state }) => (state.data && isDone(state.data) ? false : REFRESH_MS),
    refetchOnWindowFocus: true,
  });
  const refresh = () => cache.invalidateQueries({ queryKey: KEY });
  useEvents(['clinic_setup_changed', 'user_changed'], () => data && !isDone(data) && refresh());
  // an import brings thousands of them: the first one tells
  useEvents(['patient_created'], () => data && !data.patients && refresh());
  return data;
};
