import de from './de.json';
import en from './en.json';

/** The words of the steps after the password. */
export const SIGN_IN = { en, de };
export type SignInText = typeof en;
