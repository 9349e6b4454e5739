import de from './de.json';
import en from './en.json';

/** Texts of the lock screen and of the warning before it. */
export const LOCK = { en, de };
export type LockText = typeof en;
