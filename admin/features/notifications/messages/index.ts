import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** The words of the bell, of its toasts and of the Notifications room. */
export const NOTIFICATIONS = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type NotificationsText = typeof en;
