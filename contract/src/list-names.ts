/** Lists of the console for which a person's choices are kept. */
export const LIST_NAMES = [
  'schedule',
  'patients',
  'audit',
  'events',
  'users',
  'connections',
  'tenants',
  'system_log',
] as const;
export type ListName = (typeof LIST_NAMES)[number];

/** Saved filters of one list of one person. */
export const MAX_SAVED_FILTERS = 20;
