import { Catalogue } from '../../../../shared/text/catalogue';
import en from './en.json';

export const IMPORT = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type ImportText = typeof en;
