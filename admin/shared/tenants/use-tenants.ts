import { useQuery } from '@tanstack/react-query';
import type { Tenant } from '@wardbell/contract';
import { useApi, useMe } from '../session/context';

const PAGE = 200;
/** Clinics that can be chosen from a list: more than any list is good for. */
const MAX_PAGES = 25;

/** The clinics that a super admin can choose from, by name; undefined until they are here and for other roles. */
export const useTenants = (): readonly Tenant[] | undefined => {
  const api = useApi();
  const { role } = useMe();
  return useQuery({
    queryKey: ['tenants', 'choice'],
    enabled: role === 'super_admin',
    queryFn: async ({ signal }) => {
      const tenants: Tenant[] = [];
      let after = '';
      for (let page = 0; page < MAX_PAGES; page++) {
        const answer = await api.call('GET', '/tenants', { query: { limit: PAGE, after }, signal });
        tenants.push(...answer.data);
        if (answer.next === null) break;
        after = answer.next;
      }
      return tenants;
    },
  }).data;
};
