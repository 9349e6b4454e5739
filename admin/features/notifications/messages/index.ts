import de from './de.json';
import en from './en.json';

/** The words of the bell, of its toasts and of the Notifications room. */
export const NOTIFICATIONS = { en, de };
export type NotificationsText = typeof en;
