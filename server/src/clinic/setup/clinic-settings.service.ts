import { Injectable } from '@nestjs/common';
import {
  type ClinicSettings,
  type ClinicSettingsUpdate,
  type DoubleBooking,
  MAX_CONFLICTS,
} from '@wardbell/contract';
import { auditedChange } from '../../database/audited-change.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { noteSetupChange } from './setup-change.js';

interface Overlap {
  readonly kind: string;
  readonly appointment_id: string;
  readonly begins_at: Date;
  readonly ends_at: Date;
}

/** The rules of one clinic for bookings. */
@Injectable()
export class ClinicSettingsService {
  async get(tx: Tx): Promise<ClinicSettings> {
    const [row] = await tx.sql.query<{ double_booking: DoubleBooking; version: number }[]>`
      SELECT s.double_booking, s.version FROM wardbell.clinic_setting s
      WHERE s.tenant_id = wardbell.current_tenant()`;
    return { double_booking: row?.double_booking ?? 'allow', version: row?.version ?? 1 };
  }

  /**
   * Double bookings can be forbidden when no upcoming appointments overlap: the rule has no exceptions then.
   * @throws Problem `overlapping_appointments` with their number and the first of them
   */
  async update(
    tx: Tx,
    { double_booking }: ClinicSettingsUpdate,
    ifMatch: readonly number[] | null,
  ): Promise<ClinicSettings> {
    const current = await this.get(tx);
    if (ifMatch && !ifMatch.includes(current.version)) throw new Problem('version_mismatch');
    if (current.double_booking === double_booking) return current;
    const overlaps = await tx.sql.query<Overlap[]>`
      SELECT o.kind, o.appointment_id::text, o.begins_at, o.ends_at
      FROM wardbell.set_double_booking(${double_booking}) o`;
    if (overlaps.length > 0) {
      throw new Problem('overlapping_appointments', {
        members: {
          overlaps: new Set(overlaps.map(({ appointment_id }) => appointment_id)).size,
          conflicts: overlaps.slice(0, MAX_CONFLICTS).map((overlap) => ({
            kind: overlap.kind,
            appointment_id: overlap.appointment_id,
            from: overlap.begins_at.toISOString(),
            to: overlap.ends_at.toISOString(),
          })),
        },
      });
    }
    noteSetupChange(tx, 'settings', 'update', {
      changed: ['double_booking'],
      details: auditedChange(current, { double_booking }, ['double_booking']),
    });
    return this.get(tx);
  }
}
