import de from './de.json';
import en from './en.json';

/** Words of the Schedule room. */
export const scheduleText = { en, de };
export type ScheduleText = typeof en;
