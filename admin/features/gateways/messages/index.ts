import de from './de.json';
import en from './en.json';

/** The words of the Gateways room. */
export const GATEWAYS = { en, de };
export type GatewaysText = typeof en;
