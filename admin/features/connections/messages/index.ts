import de from './de.json';
import en from './en.json';

export const connectionsText = { en, de };
export type ConnectionsText = typeof en;
