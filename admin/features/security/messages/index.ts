import de from './de.json';
import en from './en.json';

/** The words of the Security room. */
export const SECURITY = { en, de };
export type SecurityText = typeof en;
