import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Answer, Body, EndpointOf } from '../../../shared/api/types';
import { usePolled } from '../../../shared/api/use-polled';
import { useApi } from '../../../shared/session/context';

export type IntegrationKey = Answer<EndpointOf<'GET', '/integration-keys'>>['data'][number];

const KEY = ['integration-keys'];
const REFRESH_MS = 10_000;
/** A tenant has at most as many keys as this (`MAX_INTEGRATION_KEYS`), so one page has all of them. */
const LIMIT = 200;

/** The keys of the clinic that were not revoked, oldest first. */
export const useKeys = () => {
  const api = useApi();
  return usePolled({
    queryKey: KEY,
    everyMs: REFRESH_MS,
    queryFn: async (signal) => {
      const { data } = await api.call('GET', '/integration-keys', { query: { limit: LIMIT }, signal });
      return data;
    },
  });
};

/** Creates a key. The answer, which has the secret, leaves the cache with the form. */
export const useCreateKey = () => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    gcTime: 0,
    mutationFn: (body: Body<EndpointOf<'POST', '/integration-keys'>>) =>
      api.call('POST', '/integration-keys', { body }),
    onSuccess: () => cache.invalidateQueries({ queryKey: KEY }),
  });
};

/** Revokes a key. */
export const useRevokeKey = (id: string) => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => api.call('DELETE', '/integration-keys/:id', { params: { id } }),
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  });
};
