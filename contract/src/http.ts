import type { Endpoint } from './endpoint.js';
import { appointments, patients } from './routes-care.js';
import { auth, colleagues, integrationKeys, tenants, users } from './routes-people.js';
import { audit, connections, events, eventTypes, notifications, stream, system } from './routes-stream.js';

/**
 * Every route of the API, once: the server mounts its controllers from this table, guards and validates by
 * it, and OpenAPI is made from it, so the three cannot drift apart.
 */
export const api = {
  auth,
  patients,
  appointments,
  events,
  stream,
  eventTypes,
  integrationKeys,
  notifications,
  users,
  colleagues,
  tenants,
  connections,
  audit,
  system,
} as const;

/** All endpoints in one list. */
export const endpoints: readonly Endpoint[] = Object.values(api).flatMap((group) => Object.values(group));
