import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** The words of the list of the people who are online. */
export const PRESENCE = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
