import de from './de.json';
import en from './en.json';

/** The words of a patient's record and form, which come with them. */
export const PATIENT_FORM = { en, de };
export type PatientFormText = typeof en;
