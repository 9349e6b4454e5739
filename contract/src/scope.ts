import { z } from 'zod';
import type { Role } from './roles.js';

/** What an integration key may do. Routes name scopes in `access`, beside roles. */
export const Scope = z.enum([
  'events:write',
  'stream:read',
  'gateways:write',
  'patients:read',
  'patients:write',
  'appointments:read',
  'appointments:write',
  'fhir:read',
  'fhir:write',
  'waiting-board:initials',
]);
export type Scope = z.infer<typeof Scope>;

/** What a key sees of the stream: what a clinician or the front desk sees, or ids only. */
export const KeyRole = z.enum(['clinician', 'front_desk', 'ids']);
export type KeyRole = z.infer<typeof KeyRole>;

/** As what somebody follows a stream: `ids` sees one tenant as a super admin sees all. */
export type StreamRole = Role | KeyRole;
