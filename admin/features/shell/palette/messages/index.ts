import { Catalogue } from '../../../../shared/text/catalogue';
import en from './en.json';

/** The words for what the palette finds and does besides going to pages. */
export const PALETTE = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
