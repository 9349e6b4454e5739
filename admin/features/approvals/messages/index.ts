import de from './de.json';
import en from './en.json';

/** Words for people of single sign-on. */
export const APPROVALS = { en, de };
