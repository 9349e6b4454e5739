import de from './de.json';
import en from './en.json';

export const limitsText = { en, de };
export type LimitsText = typeof en;
