import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** Texts of the lock screen and of the warning before it. */
export const LOCK = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type LockText = typeof en;
