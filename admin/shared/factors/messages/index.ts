import de from './de.json';
import en from './en.json';

/** The words of passwords and second factors, wherever they are asked for or set up. */
export const FACTORS = { en, de };
export type FactorsText = typeof en;
