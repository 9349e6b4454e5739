import de from './de.json';
import en from './en.json';

/** Words for restricted records and for who looked at them. */
export const CARE = { en, de };
