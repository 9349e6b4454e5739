import de from './de.json';
import en from './en.json';

export const polledText = { en, de };
export type PolledText = typeof en;
