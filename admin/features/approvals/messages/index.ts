import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** Words for people of single sign-on. */
export const APPROVALS = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
