import type { Limits } from '@wardbell/contract';

/** The limits of a clinic, in the order in which they are shown. */
export const LIMIT_FIELDS = [
  'max_connections',
  'max_connections_per_user',
  'max_messages_per_minute',
] as const satisfies readonly (keyof Limits)[];
export type LimitField = (typeof LIMIT_FIELDS)[number];
