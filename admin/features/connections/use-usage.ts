import type { TenantUsage, UsageMinute } from '@wardbell/contract';
import { type Polled, usePolled } from '../../shared/api/use-polled';
import { useApi } from '../../shared/session/context';

const LIVE_MS = 2_000;
/** Instances write their minutes down every ten seconds. */
const HISTORY_MS = 10_000;

/** What a clinic uses now. */
export const useUsage = (tenantId: string | null): Polled<TenantUsage> => {
  const api = useApi();
  return usePolled({
    queryKey: ['usage', tenantId],
    enabled: tenantId !== null,
    everyMs: LIVE_MS,
    queryFn: (signal) => api.call('GET', '/tenants/:id/usage', { params: { id: tenantId ?? '' }, signal }),
  });
};

/** The same minute by minute, oldest first; the last one is still running. */
export const useUsageHistory = (tenantId: string | null, minutes: number): Polled<readonly UsageMinute[]> => {
  const api = useApi();
  return usePolled({
    queryKey: ['usage-history', tenantId, minutes],
    enabled: tenantId !== null,
    everyMs: HISTORY_MS,
    queryFn: async (signal) => {
      const params = { id: tenantId ?? '' };
      return (await api.call('GET', '/tenants/:id/usage/history', { params, query: { minutes }, signal }))
        .data;
    },
  });
};
