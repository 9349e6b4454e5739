import de from './de.json';
import en from './en.json';

/** The words of forms, which come with them. */
export const FORMS = { en, de };
