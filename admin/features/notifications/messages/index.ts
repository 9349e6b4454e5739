import { de } from './de';
import { en } from './en';

/** The words of the bell, of its toasts and of the Notifications room. */
export const NOTIFICATIONS = { en, de };
export type { NotificationsText } from './en';
