import { de } from './de';
import { en } from './en';

export const systemText = { en, de };
