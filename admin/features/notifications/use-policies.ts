import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { EscalationPolicy } from '@wardbell/contract';
import type { Body, EndpointOf } from '../../shared/api/types';
import { useApi } from '../../shared/session/context';

const KEY = ['escalation-policies'];
/** A tenant has at most 100 of them, so one page has all. */
const LIMIT = 100;

/** The escalation policies of the clinic, by name. */
export const usePolicies = (enabled = true) => {
  const api = useApi();
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.call('GET', '/escalation-policies', { query: { limit: LIMIT }, signal }),
    enabled,
    refetchOnWindowFocus: true,
    staleTime: 5_000,
  });
  return {
    rows: query.data?.data ?? [],
    loading: query.isPending,
    error: query.error,
    retry: () => void query.refetch(),
  };
};

type PolicyBody = Body<EndpointOf<'POST', '/escalation-policies'>>;

/** Creates a policy, or changes one as it was when it was opened. */
export const useSavePolicy = (policy: EscalationPolicy | null) => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: PolicyBody) =>
      policy === null
        ? api.call('POST', '/escalation-policies', { body })
        : api.call('PATCH', '/escalation-policies/:id', {
            params: { id: policy.id },
            body: { ...body, fallback: body.fallback ?? null },
            ifMatch: policy.version,
          }),
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  });
};

export const useDeletePolicy = () => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, version }: EscalationPolicy) =>
      api.call('DELETE', '/escalation-policies/:id', { params: { id }, ifMatch: version }),
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  });
};

/** Who would be told now; sends nothing. */
export const usePreviewPolicy = () => {
  const api = useApi();
  return useMutation({
    mutationFn: (body: Body<EndpointOf<'POST', '/escalation-policies/preview'>>) =>
      api.call('POST', '/escalation-policies/preview', { body, byPerson: false }),
  });
};
