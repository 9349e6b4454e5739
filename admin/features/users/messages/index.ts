import { de } from './de';
import { en } from './en';

/** The words of the Users room. */
export const USERS = { en, de };
export type { UsersText } from './en';
