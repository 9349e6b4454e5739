import de from './de.json';
import en from './en.json';

/** The words of the Events room. */
export const EVENTS = { en, de };
export type EventsText = typeof en;
