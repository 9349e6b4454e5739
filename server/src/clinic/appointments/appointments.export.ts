import { Injectable } from '@nestjs/common';
import {
  type AppointmentExportQuery,
  EXPORT_COLUMNS,
  EXPORT_PATIENT_COLUMNS,
  MAX_EXPORT_DAYS,
  pick,
} from '@wardbell/contract';
import type { z } from 'zod';
import { toViews } from '../../api/endpoint/restriction.js';
import { CsvWriter } from '../../api/exports/csv.js';
import { EXPORT_PAGE, type ExportSource } from '../../api/exports/snapshot-exports.js';
import { viewColumns } from '../../api/exports/view-columns.js';
import type { Principal } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { PATIENT_COLUMNS, type PatientRow, toPatient } from '../patients/patient-row.js';
import { AppointmentsList } from './appointments.list.js';

type Query = z.output<typeof AppointmentExportQuery>;
type Row = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;

/** The appointments of some days as a file, each with its patient. */
@Injectable()
export class AppointmentsExport {
  constructor(private readonly list: AppointmentsList) {}

  /** @throws Problem `invalid_range` for a range that is none or too long */
  source(principal: Principal, { separator, ...query }: Query): ExportSource {
    requireRange(query);
    const { from, to } = query;
    const patient = viewColumns('patient', EXPORT_PATIENT_COLUMNS, principal);
    const [datetime, ...appointment] = viewColumns('appointment', EXPORT_COLUMNS.appointment, principal);
    const writer = new CsvWriter(
      ['date', 'time', ...patient, ...appointment, ...(datetime ? [datetime] : [])],
      separator,
    );
    let timesOf: ((row: Row) => Row) | undefined;
    return {
      action: 'appointment.export',
      name: `appointments-${from.slice(0, 10)}`,
      head: writer.head(),
      details: { from, to },
      count: (tx) => this.list.count(tx, query),
      page: async (tx, after) => {
        timesOf ??= await clinicTimes(tx);
        const localTimes = timesOf;
        const { data, next } = await this.list.page(tx, { ...query, after, limit: EXPORT_PAGE });
        const patients = await patientsOf(
          tx,
          data.map(({ patient_id }) => patient_id),
        );
        const rows = (await toViews(tx, 'appointment', data)).map((row) => ({
          ...patients.get(String(row['patient_id'])),
          ...row,
          ...localTimes(row),
        }));
        return { lines: writer.lines(rows), next };
      },
    };
  }
}

/** Dates are those of the clinic, instants may have another offset: a day more does no harm. */
function requireRange({ from, to }: Pick<Query, 'from' | 'to'>): void {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS;
  if (!(days > 0 && days <= MAX_EXPORT_DAYS + 1)) throw new Problem('invalid_range');
}

/** Date and time as the clinic's clock shows them. */
async function clinicTimes(tx: Tx): Promise<(row: Row) => Row> {
  const [tenant] = await tx.sql.query<{ time_zone: string }[]>`
    SELECT t.time_zone FROM wardbell.tenant t WHERE t.id = wardbell.current_tenant()`;
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: tenant?.time_zone ?? 'UTC',
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return ({ datetime }) => {
    if (typeof datetime !== 'string') return {};
    const [date, time] = format.format(new Date(datetime)).split(' ');
    return { date, time };
  };
}

/** What the principal sees of these patients. */
async function patientsOf(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, Row>> {
  const rows = await tx.sql.query<PatientRow[]>`
    SELECT ${PATIENT_COLUMNS} FROM wardbell.patient p
    WHERE p.tenant_id = wardbell.current_tenant() AND p.id = ANY (${[...new Set(ids)]}::uuid[])`;
  const seen = await toViews(tx, 'patient', rows.map(toPatient));
  return new Map(seen.map((row) => [String(row['id']), pick(row, EXPORT_PATIENT_COLUMNS)]));
}
