import de from './de.json';
import en from './en.json';

/** Words for emergency accesses and their review. */
export const REVIEWS = { en, de };
