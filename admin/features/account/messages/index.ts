import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** Texts of what people change about their own account. */
export const ACCOUNT = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
