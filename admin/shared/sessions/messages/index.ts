import { Catalogue } from '../../text/catalogue';
import en from './en.json';

/** The words of signed-in sessions. */
export const SESSIONS = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
