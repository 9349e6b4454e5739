import de from './de.json';
import en from './en.json';

/** The words of the list of the people who are online. */
export const PRESENCE = { en, de };
