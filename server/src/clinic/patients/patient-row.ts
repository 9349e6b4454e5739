import type { Gender, Patient } from '@wardbell/contract';
import { raw } from 'sql-template-tag';

/** Columns of a patient as the driver returns them. */
export interface PatientRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly mrn: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly birth_date: string | null;
  readonly gender: Gender;
  readonly phone: string | null;
  readonly email: string | null;
  readonly notes: string | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly restricted: boolean;
  readonly restricted_to: readonly string[];
  readonly archived: boolean;
}

/** Columns of the table with the alias `p`. Dates are text, because a `Date` would shift them with the time zone. */
export const PATIENT_COLUMNS = raw(
  `p.id::text, p.tenant_id::text, p.mrn, p.first_name, p.last_name,
   to_char(p.birth_date, 'YYYY-MM-DD') AS birth_date, p.gender, p.phone, p.email, p.notes,
   p.version, p.created_at, p.updated_at, p.restricted, p.restricted_to, p.archived`,
);

/** The whole object, as events contain it; responses are reduced to a role's view. */
export const toPatient = (row: PatientRow): Patient => ({
  id: row.id,
  tenant_id: row.tenant_id,
  mrn: row.mrn,
  first_name: row.first_name,
  last_name: row.last_name,
  birth_date: row.birth_date,
  gender: row.gender,
  phone: row.phone,
  email: row.email,
  notes: row.notes,
  version: row.version,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
  ...(row.restricted && { restricted: true, restricted_to: [...row.restricted_to] }),
  ...(row.archived && { archived: true }),
});
