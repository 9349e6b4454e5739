import type { FirstSteps } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';

/** What a new clinic has already. Each part ends at the first row. */
export async function readFirstSteps(tx: Tx): Promise<FirstSteps> {
  const [steps] = await tx.sql.query<FirstSteps[]>`
    SELECT EXISTS (SELECT FROM wardbell.user_account u
                   WHERE u.tenant_id = wardbell.current_tenant() AND u.deleted_at IS NULL
                     AND u.id::text <> ${tx.principal.userId}) AS people,
           EXISTS (SELECT FROM wardbell.practitioner r
                   WHERE r.tenant_id = wardbell.current_tenant() AND r.active) AS practitioners,
           EXISTS (SELECT FROM wardbell.room r WHERE r.tenant_id = wardbell.current_tenant() AND r.active) AS rooms,
           EXISTS (SELECT FROM wardbell.patient p WHERE p.tenant_id = wardbell.current_tenant()) AS patients`;
  if (!steps) throw new Error('SELECT returned no row');
  return steps;
}
