import { useQuery } from '@tanstack/react-query';
import type { Tenant } from '@wardbell/contract';
import { useApi } from '../session/context';

export const tenantKey = (id: string | null) => ['tenant', id] as const;

/** One clinic as it is stored. */
export const useTenant = (
  id: string | null,
): { tenant: Tenant | undefined; error: Error | null; retry: () => void } => {
  const api = useApi();
  const query = useQuery({
    queryKey: tenantKey(id),
    enabled: id !== null,
    // It is opened to be changed: what was loaded a while ago may not be so any more.
    staleTime: 0,
    queryFn: ({ signal }) => api.call('GET', '/tenants/:id', { params: { id: id ?? '' }, signal }),
  });
  return { tenant: query.data, error: query.error, retry: () => void query.refetch() };
};
