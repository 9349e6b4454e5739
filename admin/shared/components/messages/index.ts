import { Catalogue } from '../../text/catalogue';
import en from './en.json';

export const polledText = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type PolledText = typeof en;
