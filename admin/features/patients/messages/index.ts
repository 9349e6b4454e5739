import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** The words of a patient's record and form, which come with them. */
export const PATIENT_FORM = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type PatientFormText = typeof en;
