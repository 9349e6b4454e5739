import de from './de.json';
import en from './en.json';

/** The words of the Audit room. */
export const AUDIT = { en, de };
export type AuditText = typeof en;
