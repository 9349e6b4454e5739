import de from './de.json';
import en from './en.json';

export const tenantSelectText = { en, de };
export type TenantSelectText = typeof en;
