import { de } from './de';
import { en } from './en';

/** Texts of the command palette and of the help on shortcuts. */
export const SHELL = { en, de };
export type { ShellText } from './en';
