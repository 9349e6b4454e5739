import { AuditRow } from '@wardbell/contract';
import type { z } from 'zod';

/** Columns of a row that the API shows. */
export interface StoredRow {
  readonly seq: bigint;
  readonly id: string;
  readonly at: Date;
  readonly actor_id: string | null;
  readonly actor_role: string | null;
  readonly action: string;
  readonly object_type: string | null;
  readonly object_id: string | null;
  readonly patient_id: string | null;
  readonly address: string | null;
  readonly changed: string[];
  readonly details: unknown;
}

/** A row as the API shows it. @param tenantId null for the chain of the installation */
export const toAuditRow = (tenantId: string | null, row: StoredRow): z.output<typeof AuditRow> => ({
  id: row.id,
  tenant_id: tenantId,
  seq: Number(row.seq),
  at: row.at.toISOString(),
  actor_id: row.actor_id,
  actor_role: row.actor_role,
  action: row.action,
  object_type: row.object_type,
  object_id: row.object_id,
  patient_id: row.patient_id,
  address: row.address,
  changed: row.changed,
  details: AuditRow.shape.details.parse(row.details),
});
