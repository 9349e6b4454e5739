import { Catalogue } from '../../../../shared/text/catalogue';
import en from './en.json';

/** Why the connection is as it is, said on request. */
export const CONNECTION = new Catalogue(en, {
  de: async () => (await import('./de.json')).default,
  fr: async () => (await import('./fr.json')).default,
});
