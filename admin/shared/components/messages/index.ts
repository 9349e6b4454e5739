import { de } from './de';
import { en } from './en';

export const polledText = { en, de };
