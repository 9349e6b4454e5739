import { de } from './de';
import { en } from './en';

/** The words of the Audit room. */
export const AUDIT = { en, de };
export type { AuditText } from './en';
