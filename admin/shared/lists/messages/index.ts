import { Catalogue } from '../../text/catalogue';
import en from './en.json';

/** The words of saved filters. */
export const FILTERS = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
