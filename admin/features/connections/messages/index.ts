import { de } from './de';
import { en } from './en';

export const connectionsText = { en, de };
