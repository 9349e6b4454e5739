import { de } from './de';
import { en } from './en';

export const tenantsText = { en, de };
