import { seesRestricted, type ViewedObject, viewObject, viewOf } from '@wardbell/contract';
import sql, { type Sql } from 'sql-template-tag';
import type { Principal } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';

/** An expression: until when emergency access opens the patient with the alias `p` to the principal, or null. */
export const emergencyUntil = ({ userId }: Principal): Sql => sql`
  (SELECT max(g.expires_at) FROM wardbell.break_glass g
   WHERE g.tenant_id = p.tenant_id AND g.patient_id = p.id AND g.user_id = ${userId}
     AND g.expires_at > clock_timestamp())`;

/** A condition: the patient with the alias `p` is not restricted, or the principal may see it. */
export const isOpenTo = (principal: Principal): Sql => sql`
  (NOT p.restricted OR ${seesRestricted(principal.role)}::boolean OR ${principal.userId} = ANY (p.restricted_to)
   OR ${emergencyUntil(principal)} IS NOT NULL)`;

type Source = Readonly<Record<string, unknown>>;

/**
 * Reduces objects to the view of the principal; those of restricted patients that it may not see, to what others see. Costs
 * a statement only if there is such an object.
 */
export async function toViews(tx: Tx, object: ViewedObject, rows: readonly Source[]): Promise<Source[]> {
  const { principal } = tx;
  const view = viewOf(principal.role);
  const patientId = (row: Source): string => String(object === 'patient' ? row['id'] : row['patient_id']);
  const closed = rows.filter((row) => row['restricted'] === true && !isNamed(principal, row)).map(patientId);
  const opened = closed.length > 0 ? await openedBy(tx, closed) : new Set<string>();
  const hidden = new Set(closed.filter((id) => !opened.has(id)));
  return rows.map((row) => viewObject(object, row, hidden.has(patientId(row)) ? 'restricted' : view));
}

/** A super admin sees ids only. */
const isNamed = ({ role, userId }: Principal, { restricted_to }: Source): boolean =>
  role === 'super_admin' ||
  seesRestricted(role) ||
  (Array.isArray(restricted_to) && restricted_to.includes(userId));

/** Those of these patients to which the principal has emergency access. */
async function openedBy(tx: Tx, patientIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.sql.query<{ patient_id: string }[]>`
    SELECT g.patient_id::text FROM wardbell.break_glass g
    WHERE g.tenant_id = wardbell.current_tenant() AND g.patient_id = ANY (${patientIds}::uuid[])
      AND g.user_id = ${tx.principal.userId} AND g.expires_at > clock_timestamp()`;
  return new Set(rows.map(({ patient_id }) => patient_id));
}
