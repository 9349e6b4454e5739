import { Catalogue } from '../../text/catalogue';
import en from './en.json';

/** The words of what saves a list as a file. */
export const EXPORT = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
