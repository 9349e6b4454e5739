import de from './de.json';
import en from './en.json';

/** The words of the Clinic setup room. */
export const CLINIC_SETUP_WORDS = { en, de };
export type ClinicSetupText = typeof en;
