import { de } from './de';
import { en } from './en';

/** Texts of the lock screen and of the warning before it. */
export const LOCK = { en, de };
export type { LockText } from './en';
