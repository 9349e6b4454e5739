import { Injectable } from '@nestjs/common';
import { type OfficeHours, type OfficeHoursPut, type OfficeWeek, WEEKDAYS } from '@wardbell/contract';
import { auditedChange } from '../../database/audited-change.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { SQLSTATE, sqlState } from '../../platform/errors/sqlstate.js';
import { noteSetupChange } from './setup-change.js';

interface Row {
  readonly time_zone: string;
  readonly version: number;
  /** Null when there are no office hours. */
  readonly weekday: number | null;
  readonly practitioner_id: string | null;
  readonly opens: number;
  readonly closes: number;
}

/** The office hours of a week, of the clinic and of practitioners who have their own. */
@Injectable()
export class OfficeHoursService {
  async get(tx: Tx): Promise<OfficeHours> {
    const rows = await tx.sql.query<Row[]>`
      SELECT t.time_zone, coalesce(s.hours_version, 1) AS version, o.weekday, o.practitioner_id::text, o.opens, o.closes
      FROM wardbell.tenant t
      LEFT JOIN wardbell.clinic_setting s ON s.tenant_id = t.id
      LEFT JOIN wardbell.office_hour o ON o.tenant_id = t.id
      WHERE t.id = wardbell.current_tenant()
      ORDER BY o.practitioner_id NULLS FIRST, o.weekday, o.opens`;
    const week = emptyWeek();
    const own = new Map<string, OfficeWeek>();
    for (const { weekday, practitioner_id, opens, closes } of rows) {
      if (weekday === null) continue;
      let target = week;
      if (practitioner_id !== null) {
        target = own.get(practitioner_id) ?? emptyWeek();
        own.set(practitioner_id, target);
      }
      const day = WEEKDAYS[weekday - 1];
      if (day) target[day].push({ from: toClock(opens), to: toClock(closes) });
    }
    return {
      week,
      practitioners: [...own].map(([practitioner_id, one]) => ({ practitioner_id, week: one })),
      time_zone: rows[0]?.time_zone ?? 'UTC',
      version: rows[0]?.version ?? 1,
    };
  }

  async put(tx: Tx, body: OfficeHoursPut, ifMatch: readonly number[] | null): Promise<OfficeHours> {
    // the first statement, because it locks the row of the version
    const [touched] = await tx.sql.query<{ version: number }[]>`
      SELECT wardbell.touch_office_hours() AS version`;
    const version = touched?.version ?? 1;
    if (ifMatch && !ifMatch.includes(version - 1)) throw new Problem('version_mismatch');
    const before = await this.get(tx);
    const hours = [
      ...rowsOf(body.week, null),
      ...body.practitioners.flatMap(({ practitioner_id, week }) => rowsOf(week, practitioner_id)),
    ];
    await tx.sql.execute`DELETE FROM wardbell.office_hour o WHERE o.tenant_id = wardbell.current_tenant()`;
    try {
      await tx.sql.execute`
        INSERT INTO wardbell.office_hour (tenant_id, practitioner_id, weekday, opens, closes)
        SELECT wardbell.current_tenant(), n.practitioner_id, n.weekday, n.opens, n.closes
        FROM jsonb_to_recordset(${JSON.stringify(hours)}::jsonb)
          AS n(practitioner_id uuid, weekday integer, opens integer, closes integer)`;
    } catch (error) {
      if (sqlState(error) !== SQLSTATE.foreignKeyViolation) throw error;
      throw new Problem('validation_failed', {
        errors: [{ path: 'practitioners', message: 'has one who is no practitioner of this clinic' }],
      });
    }
    noteSetupChange(tx, 'office_hours', 'update', {
      changed: Object.keys(body),
      details: auditedChange(told(before.week), told(body.week), WEEKDAYS),
    });
    return this.get(tx);
  }
}

/** The hours of a day as one reads them. */
const told = (week: OfficeWeek) =>
  Object.fromEntries(WEEKDAYS.map((day) => [day, week[day].map(({ from, to }) => `${from}–${to}`)]));

const emptyWeek = (): OfficeWeek => ({
  monday: [],
  tuesday: [],
  wednesday: [],
  thursday: [],
  friday: [],
  saturday: [],
  sunday: [],
});

const rowsOf = (week: OfficeWeek, practitionerId: string | null) =>
  WEEKDAYS.flatMap((day, index) =>
    week[day].map(({ from, to }) => ({
      practitioner_id: practitionerId,
      weekday: index + 1,
      opens: toMinute(from),
      closes: toMinute(to),
    })),
  );

const toMinute = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
const toClock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
