import { Catalogue } from '../../text/catalogue';
import en from './en.json';

/** The words of passwords and second factors, wherever they are asked for or set up. */
export const FACTORS = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type FactorsText = typeof en;
