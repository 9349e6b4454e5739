import { useAddress } from '../hooks/use-address';
import { useMe } from '../session/context';

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The clinic that a room is about: one's own, or the one that a super admin has chosen (null: all of them, or
 * none yet). A choice is in the address, `?tenant=<id>`.
 */
export const useChosenTenant = (): readonly [string | null, (tenantId: string | null) => void] => {
  const me = useMe();
  const address = useAddress();
  const asked = address.get('tenant');
  // An address can be cut when it is copied: half an id is no choice.
  const chosen = asked !== null && ID.test(asked) ? asked : null;
  return [me.tenant?.id ?? chosen, (tenantId) => address.set({ tenant: tenantId })];
};
