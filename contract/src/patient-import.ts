import { z } from 'zod';
import { PatientCreate } from './patient.js';
import { Uuid } from './text.js';

/** Patients of one import: its transaction holds the log of the tenant for about a second at this size. */
export const MAX_IMPORT_ROWS = 10_000;
/** Of a request: 10,000 patients of 800 bytes. */
export const MAX_IMPORT_BYTES = 8 * 1024 * 1024;
/** Patients that are answered for each row that may be one of them, at most. */
export const MAX_DUPLICATES_OF_ROW = 3;

/** A patient of an import: what `POST /patients` takes, but for the restriction, which is decided for each person. */
export const PatientImportRow = PatientCreate.omit({ restricted: true, restricted_to: true });
export type PatientImportRow = z.infer<typeof PatientImportRow>;

/** Body of `POST /patients/import` and `POST /patients/import/check`. */
export const PatientImport = z.strictObject({
  patients: z.array(PatientImportRow).min(1).max(MAX_IMPORT_ROWS),
});

/** The number of patients that were registered. */
export const PatientsImported = z.object({ imported: z.int() });

/** A row of an import that cannot be registered, or may be somebody who is. */
export const ImportDuplicate = z.object({
  row: z.int().meta({ description: 'Its place in `patients`, from 0' }),
  mrn_taken: z.boolean().meta({ description: 'Its MRN is that of a patient: the import would be refused' }),
  patients: z
    .array(
      z.object({
        id: Uuid,
        mrn: z.string(),
        first_name: z.string(),
        last_name: z.string(),
        birth_date: z.string().nullable(),
      }),
    )
    .meta({
      description: `Patients with this MRN, or with these names and no other birth date, at most ${MAX_DUPLICATES_OF_ROW}`,
    }),
});
export type ImportDuplicate = z.infer<typeof ImportDuplicate>;
