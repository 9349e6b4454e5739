import { de } from './de';
import { en } from './en';

/** Words of the Schedule room. */
export const scheduleText = { en, de };
