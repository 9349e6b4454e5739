import { de } from './de';
import { en } from './en';

/** The words of the Events room. */
export const EVENTS = { en, de };
export type { EventsText } from './en';
