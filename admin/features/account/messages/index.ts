import de from './de.json';
import en from './en.json';

/** Texts of what people change about their own account. */
export const ACCOUNT = { en, de };
