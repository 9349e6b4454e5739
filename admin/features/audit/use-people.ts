import { useQuery } from '@tanstack/react-query';
import type { User } from '@wardbell/contract';
import { loadPages } from '../../shared/api/load-pages';
import { useApi } from '../../shared/session/context';

const PAGE = 200;
const MAX_PAGES = 10;

/** The accounts that an entry of a log may be about: of a clinic, or (null) of the installation. */
export const usePeople = (tenantId: string | null): readonly User[] => {
  const api = useApi();
  const { data } = useQuery({
    queryKey: ['people', tenantId],
    queryFn: async ({ signal }) => {
      const { rows } = await loadPages(MAX_PAGES, (after) =>
        api.call('GET', '/users', {
          query: {
            limit: PAGE,
            after,
            ...(tenantId === null ? { role: 'super_admin' } : { tenant_id: tenantId }),
          },
          signal,
        }),
      );
      return rows;
    },
  });
  return data ?? NOBODY;
};

const NOBODY: readonly User[] = [];
