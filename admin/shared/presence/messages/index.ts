import { Catalogue } from '../../text/catalogue';
import en from './en.json';

/** The words for who else is at an object. */
export const WHO_ELSE = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
