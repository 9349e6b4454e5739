import de from './de.json';
import en from './en.json';

/** The words of signed-in sessions. */
export const SESSIONS = { en, de };
