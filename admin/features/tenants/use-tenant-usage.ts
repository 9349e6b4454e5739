import type { UsageRow } from '@wardbell/contract';
import { type Loaded, loadPages, paceOfPages } from '../../shared/api/load-pages';
import { type Polled, usePolled } from '../../shared/api/use-polled';
import { useApi } from '../../shared/session/context';

const LIVE_MS = 4_000;
const PAGE = 200;
/** Of more clinics than these nobody reads a list every few seconds. */
const MAX_PAGES = 10;
/** Minutes that a sparkline shows. */
const MINUTES = 30;

export const TENANT_USAGE_KEY = ['tenant-usage'] as const;

/** A clinic in the list; rows of a grid are known by `id`. */
export type TenantRow = UsageRow & { readonly id: string };

/** What all clinics use, by name. */
export const useTenantUsage = (): Polled<Loaded<TenantRow>> => {
  const api = useApi();
  return usePolled({
    queryKey: TENANT_USAGE_KEY,
    everyMs: paceOfPages(LIVE_MS, PAGE),
    queryFn: async (signal) => {
      const { rows, complete } = await loadPages(MAX_PAGES, (after) =>
        api.call('GET', '/usage', { query: { limit: PAGE, minutes: MINUTES, after }, signal }),
      );
      return { rows: rows.map((row) => ({ ...row, id: row.tenant_id })), complete };
    },
  });
};
