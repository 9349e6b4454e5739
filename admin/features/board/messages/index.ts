import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** The words on the screen of a waiting room. */
export const BOARD = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
