import { de } from './de';
import { en } from './en';

export const limitsText = { en, de };
