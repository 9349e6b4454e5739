import { Catalogue } from '../../text/catalogue';
import en from './en.json';

export const componentsText = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type ComponentsText = typeof en;
