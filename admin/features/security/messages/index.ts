import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** The words of the Security room. */
export const SECURITY = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type SecurityText = typeof en;
