import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** The words of the steps after the password. */
export const SIGN_IN = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type SignInText = typeof en;
