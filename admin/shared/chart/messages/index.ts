import { Catalogue } from '../../text/catalogue';
import en from './en.json';

export const chartText = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type ChartText = typeof en;
