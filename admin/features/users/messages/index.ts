import de from './de.json';
import en from './en.json';

/** The words of the Users room. */
export const USERS = { en, de };
export type UsersText = typeof en;
