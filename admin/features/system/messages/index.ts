import de from './de.json';
import en from './en.json';

export const systemText = { en, de };
export type SystemText = typeof en;
