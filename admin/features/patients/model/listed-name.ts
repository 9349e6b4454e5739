import type { Patient } from '@wardbell/contract';

/** "Doe, John": as lists are sorted. */
export const listedName = (patient: Pick<Patient, 'first_name' | 'last_name'>): string =>
  `${patient.last_name}, ${patient.first_name}`;
