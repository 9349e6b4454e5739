import { de } from './de';
import { en } from './en';

export const tenantSelectText = { en, de };
