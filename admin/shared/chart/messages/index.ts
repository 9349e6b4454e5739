import de from './de.json';
import en from './en.json';

export const chartText = { en, de };
export type ChartText = typeof en;
