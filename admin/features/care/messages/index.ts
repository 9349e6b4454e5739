import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** Words for restricted records and for who looked at them. */
export const CARE = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
