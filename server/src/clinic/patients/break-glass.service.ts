import { Injectable } from '@nestjs/common';
import {
  BREAK_GLASS_MINUTES,
  type BreakGlass,
  type BreakGlassCreate,
  type BreakGlassReview,
  type PageQuery,
} from '@wardbell/contract';
import { raw } from 'sql-template-tag';
import type { z } from 'zod';
import { Pager } from '../../api/paging/page.js';
import type { Tx } from '../../database/tx.js';
import { sendNotice } from '../../notices/send-notice.js';
import { Problem } from '../../platform/errors/problem.js';
import { toTimestamp } from '../../platform/timestamp.js';
import { NIL_UUID } from '../../platform/uuid.js';
import { missingPatient } from './missing-patient.js';

/** Emergency accesses of one person in an hour. */
const MAX_PER_HOUR = 100;
/** After every row: the newest come first. */
const LAST = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'] as const;

const COLUMNS = raw(
  `g.id::text, g.patient_id::text, g.user_id, g.role, g.reason, g.created_at, g.expires_at, g.verdict, g.note,
   g.reviewed_by, g.reviewed_at`,
);

type Row = Omit<BreakGlass, 'created_at' | 'expires_at' | 'reviewed_at'> & {
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly reviewed_at: Date | null;
};

/** Emergency access to restricted patients: opened by whoever gives a reason, reviewed by tenant admins. */
@Injectable()
export class BreakGlassService {
  constructor(private readonly pager: Pager) {}

  /**
   * Opens a restricted patient to the principal for 60 minutes and tells the tenant's admins. Neither the message nor the
   * audit log contains the reason, which may name the patient.
   * @throws Problem `not_found`; `not_restricted`; `too_many_attempts` after 100 in an hour
   */
  async open(tx: Tx, patientId: string, { reason }: BreakGlassCreate): Promise<BreakGlass> {
    const { userId, role } = tx.principal;
    const [patient] = await tx.sql.query<{ restricted: boolean; recent: number }[]>`
      SELECT p.restricted, (SELECT count(*)::int FROM wardbell.break_glass g
        WHERE g.tenant_id = wardbell.current_tenant() AND g.user_id = ${userId}
          AND g.created_at > clock_timestamp() - interval '1 hour') AS recent
      FROM wardbell.patient p WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ${patientId}::uuid`;
    if (!patient) throw await missingPatient(tx, patientId);
    if (!patient.restricted) throw new Problem('not_restricted');
    if (patient.recent >= MAX_PER_HOUR) throw new Problem('too_many_attempts', { retryAfterS: 3_600 });
    const [row] = await tx.sql.query<Row[]>`
      INSERT INTO wardbell.break_glass AS g (tenant_id, patient_id, user_id, role, reason, expires_at)
      VALUES (wardbell.current_tenant(), ${patientId}::uuid, ${userId}, ${role}, ${reason},
              clock_timestamp() + make_interval(mins => ${BREAK_GLASS_MINUTES}))
      RETURNING ${COLUMNS}`;
    if (!row) throw new Error('INSERT returned no row');
    await sendNotice(tx, tx.tenantId ?? NIL_UUID, {
      message: 'Emergency access to a restricted patient was opened and needs a review.',
      level: 'warning',
      audience: { roles: ['tenant_admin'] },
      context: { break_glass_id: row.id },
    });
    tx.audit({
      action: 'patient.break_glass',
      objectType: 'break_glass',
      objectId: row.id,
      patientId,
      // DICOM PS3.16 (Emergency Override Started), HL7 v3 PurposeOfUse
      details: { event: 'DCM 110127', purpose: 'ETREAT', minutes: BREAK_GLASS_MINUTES },
    });
    return toBreakGlass(row);
  }

  /** The newest first. */
  async page(
    tx: Tx,
    { after, limit }: z.output<typeof PageQuery>,
  ): Promise<{ data: BreakGlass[]; next: string | null }> {
    const list = `break-glass/${tx.tenantId}`;
    const [at, id] = this.pager.start(list, after, LAST);
    const rows = await tx.sql.query<(Row & { sort_key: string })[]>`
      SELECT ${COLUMNS}, g.created_at::text AS sort_key FROM wardbell.break_glass g
      WHERE g.tenant_id = wardbell.current_tenant() AND (g.created_at, g.id) < (${at}::timestamptz, ${id}::uuid)
      ORDER BY g.created_at DESC, g.id DESC LIMIT ${limit + 1}`;
    const cut = this.pager.cut(list, rows, limit, (row) => [row.sort_key, row.id]);
    return { data: cut.rows.map(toBreakGlass), next: cut.next };
  }

  /** A later review replaces an earlier one; the audit log has both. */
  async review(tx: Tx, id: string, { verdict, note }: BreakGlassReview): Promise<BreakGlass> {
    const [row] = await tx.sql.query<Row[]>`
      UPDATE wardbell.break_glass g
      SET verdict = ${verdict}, note = ${note ?? null}, reviewed_by = ${tx.principal.userId},
          reviewed_at = clock_timestamp()
      WHERE g.tenant_id = wardbell.current_tenant() AND g.id = ${id}::uuid
      RETURNING ${COLUMNS}`;
    if (!row) throw new Problem('not_found');
    tx.audit({
      action: 'break_glass.review',
      objectType: 'break_glass',
      objectId: id,
      patientId: row.patient_id,
      details: { verdict },
    });
    return toBreakGlass(row);
  }
}

const toBreakGlass = (row: Row): BreakGlass => ({
  id: row.id,
  patient_id: row.patient_id,
  user_id: row.user_id,
  role: row.role,
  reason: row.reason,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
  verdict: row.verdict,
  note: row.note,
  reviewed_by: row.reviewed_by,
  reviewed_at: toTimestamp(row.reviewed_at),
});
