import type { Patient } from '@wardbell/contract';

const sortName = (patient: Patient): string =>
  `${patient.last_name.toLowerCase()}, ${patient.first_name.toLowerCase()}`;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The server's order of patients: last name, first name, then id. */
export const comparePatients = (a: Patient, b: Patient): number =>
  compareText(sortName(a), sortName(b)) || compareText(a.id, b.id);

/** The server's search: every word stands somewhere in name, MRN or phone. An empty search finds everybody. */
export const patientMatcher = (search: string): ((patient: Patient) => boolean) => {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return () => true;
  return (patient) => {
    const text =
      `${patient.last_name} ${patient.first_name} ${patient.mrn} ${patient.phone ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
};
