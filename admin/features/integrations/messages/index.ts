import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** Texts of the Integrations room. */
export const INTEGRATIONS = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type IntegrationsText = typeof en;
