import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { TenantSecurity } from '@wardbell/contract';
import type { Body, EndpointOf } from '../../shared/api/types';
import { useApi } from '../../shared/session/context';

const securityKey = (tenantId: string) => ['security', tenantId] as const;

/** How people of a clinic sign in. */
export const useSecurity = (tenantId: string) => {
  const api = useApi();
  return useQuery({
    queryKey: securityKey(tenantId),
    queryFn: ({ signal }) => api.call('GET', '/tenants/:id/security', { params: { id: tenantId }, signal }),
    // It is opened to be changed: what was loaded a while ago may not be so any more.
    staleTime: 0,
  });
};

/** Changes the policy of a clinic, or its floor. After a refusal what is stored is loaded again. */
export const useChangeSecurity = (tenantId: string) => {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: Body<EndpointOf<'PUT', '/tenants/:id/security'>>) =>
      api.call('PUT', '/tenants/:id/security', { params: { id: tenantId }, body }),
    onSuccess: (security) => cache.setQueryData<TenantSecurity>(securityKey(tenantId), security),
    onError: () => cache.invalidateQueries({ queryKey: securityKey(tenantId) }),
  });
};
