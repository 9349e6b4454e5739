import type { UsageRow } from '@wardbell/contract';
import { type Loaded, loadPages, paceOfPages } from '../../shared/api/load-pages';
import { type Polled, usePolled } from '../../shared/api/use-polled';
import { useApi } from '../../shared/session/context';

const LIVE_MS = 4_000;
const PAGE = 200;
const MAX_PAGES = 10;
/** The last full minute and the one that runs. */
const MINUTES = 2;

/** What all clinics use at this moment. */
export const useTenantsCompared = (): Polled<Loaded<UsageRow>> => {
  const api = useApi();
  return usePolled({
    queryKey: ['tenants-compared'],
    everyMs: paceOfPages(LIVE_MS, PAGE),
    queryFn: (signal) =>
      loadPages(MAX_PAGES, (after) =>
        api.call('GET', '/usage', { query: { limit: PAGE, minutes: MINUTES, after }, signal }),
      ),
  });
};
