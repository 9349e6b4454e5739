import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** Words of the Schedule room. */
export const scheduleText = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type ScheduleText = typeof en;
