import type { Patient } from '@wardbell/contract';

type Named = Pick<Patient, 'first_name' | 'last_name'> & Partial<Pick<Patient, 'tenant_id'>>;

/** "Doe, John": as lists are sorted; "J. D." of a restricted patient that is withheld. */
export const listedName = ({ first_name, last_name, tenant_id }: Named): string =>
  tenant_id === '' ? `${first_name}. ${last_name}.` : `${last_name}, ${first_name}`;

/** "John Doe", or "J. D." */
export const fullName = (patient: Named): string =>
  patient.tenant_id === '' ? listedName(patient) : `${patient.first_name} ${patient.last_name}`;
