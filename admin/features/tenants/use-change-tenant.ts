import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Tenant } from '@wardbell/contract';
import { hasCode } from '../../shared/api/failure';
import type { Body, EndpointOf } from '../../shared/api/types';
import { useApi } from '../../shared/session/context';
import { tenantKey } from '../../shared/tenants/use-tenant';
import { TENANT_USAGE_KEY } from './use-tenant-usage';

/** Puts what the server answered into what the screen shows. */
export const useRememberTenant = (): ((tenant: Tenant) => void) => {
  const cache = useQueryClient();
  return (tenant) => {
    cache.setQueryData<Tenant>(tenantKey(tenant.id), tenant);
    void cache.invalidateQueries({ queryKey: TENANT_USAGE_KEY });
    void cache.invalidateQueries({ queryKey: ['tenants'] });
  };
};

/** Changes a clinic that is as the screen shows it (412 otherwise: then the screen shows the newer one). */
export const useChangeTenant = (tenant: Tenant) => {
  const api = useApi();
  const cache = useQueryClient();
  const remember = useRememberTenant();
  return useMutation({
    mutationFn: (body: Body<EndpointOf<'PATCH', '/tenants/:id'>>) =>
      api.call('PATCH', '/tenants/:id', { params: { id: tenant.id }, body, ifMatch: tenant.version }),
    onSuccess: remember,
    onError: (error) => {
      if (hasCode(error, 'version_mismatch')) {
        void cache.invalidateQueries({ queryKey: tenantKey(tenant.id) });
      }
    },
  });
};
