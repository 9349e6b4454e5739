import de from './de.json';
import en from './en.json';

/** Why the connection is as it is, said on request. */
export const CONNECTION = { en, de };
