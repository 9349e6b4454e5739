import { Catalogue } from '../../text/catalogue';
import en from './en.json';

/** The words of forms, which come with them. */
export const FORMS = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type FormsText = typeof en;
