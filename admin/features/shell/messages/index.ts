import de from './de.json';
import en from './en.json';

/** Texts of the command palette and of the help on shortcuts. */
export const SHELL = { en, de };
export type ShellText = typeof en;
