import de from './de.json';
import en from './en.json';

/** Texts of the Integrations room. */
export const INTEGRATIONS = { en, de };
export type IntegrationsText = typeof en;
