import { Catalogue } from '../../text/catalogue';
import en from './en.json';

/** The words of what can be done with a list. */
export const LIST = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
