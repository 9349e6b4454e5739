import { useMe } from '../lib/session/context';
import { useAddress } from './use-address';

/**
 * The clinic that a room is about: one's own, or the one that a super admin has chosen (null: all of them, or
 * none yet). A choice is in the address, `?tenant=<id>`.
 */
export const useChosenTenant = (): readonly [string | null, (tenantId: string | null) => void] => {
  const me = useMe();
  const address = useAddress();
  return [me.tenant?.id ?? address.get('tenant'), (tenantId) => address.set({ tenant: tenantId })];
};
