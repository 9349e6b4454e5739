/** The `actor_id` or `sender` of what the server does when nobody asked: at a start, or because a time has passed. */
export const SYSTEM_ACTOR = 'system';
