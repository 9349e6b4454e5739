import { Catalogue } from '../../../shared/text/catalogue';
import en from './en.json';

/** Texts of the command palette and of the help on shortcuts. */
export const SHELL = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
export type ShellText = typeof en;
