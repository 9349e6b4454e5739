import { de } from './de';
import { en } from './en';

export const chartText = { en, de };
