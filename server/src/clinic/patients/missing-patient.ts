import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';

/**
 * Why there is no such patient: `patient_merged`, which names the one into which it was merged, or the given code.
 * Reads after the patient was not found, so a merge that has just committed is seen.
 */
export async function missingPatient(
  tx: Tx,
  id: string,
  otherwise: 'not_found' | 'unknown_patient' = 'not_found',
): Promise<Problem> {
  const [row] = await tx.sql.query<{ merged_into: string }[]>`
    SELECT m.merged_into::text FROM wardbell.merged_patient m
    WHERE m.tenant_id = wardbell.current_tenant() AND m.id = ${id}::uuid`;
  return row
    ? new Problem('patient_merged', { members: { merged_into: row.merged_into } })
    : new Problem(otherwise);
}
