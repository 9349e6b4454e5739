import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** Words for emergency accesses and their review. */
export const REVIEWS = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
