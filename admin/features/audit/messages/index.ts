import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** The words of the Audit room. */
export const AUDIT = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type AuditText = typeof en;
