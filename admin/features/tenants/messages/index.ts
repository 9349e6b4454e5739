import de from './de.json';
import en from './en.json';

export const tenantsText = { en, de };
export type TenantsText = typeof en;
