import type { Endpoint } from './endpoint.js';
import { auth } from './routes-auth.js';
import { appointments, breakGlass, patientImports, patients } from './routes-care.js';
import { deadLetters, webhooks } from './routes-delivery.js';
import { gateways } from './routes-gateways.js';
import { escalationPolicies, notifications } from './routes-notices.js';
import {
  approvals,
  colleagues,
  externalUsers,
  integrationKeys,
  listPreferences,
  tenants,
  users,
} from './routes-people.js';
import { push } from './routes-push.js';
import {
  absences,
  appointmentTypes,
  clinicSettings,
  firstSteps,
  officeHours,
  practitioners,
  rooms,
} from './routes-setup.js';
import { audit, connections, events, eventTypes, presence, stream, system } from './routes-stream.js';
import { waitingBoard } from './waiting-board.js';

/**
 * All routes of the API. The server mounts, guards and validates its handlers by this table, and OpenAPI is generated
 * from it, so implementation and documentation cannot differ.
 */
export const api = {
  auth,
  patients,
  patientImports,
  appointments,
  waitingBoard,
  breakGlass,
  practitioners,
  rooms,
  appointmentTypes,
  absences,
  officeHours,
  clinicSettings,
  firstSteps,
  events,
  stream,
  eventTypes,
  integrationKeys,
  webhooks,
  deadLetters,
  gateways,
  notifications,
  escalationPolicies,
  push,
  users,
  approvals,
  externalUsers,
  colleagues,
  listPreferences,
  tenants,
  connections,
  presence,
  audit,
  system,
} as const;

/** All endpoints in one list. */
export const endpoints: readonly Endpoint[] = Object.values(api).flatMap((group) => Object.values(group));
