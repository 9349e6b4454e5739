import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** The words of the Clinic setup room. */
export const CLINIC_SETUP_WORDS = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type ClinicSetupText = typeof en;
