import { randomUUID } from 'node:crypto';
import { IntegrationKeyCreated, Scope, TenantRole } from '@wardbell/contract';
import { z } from 'zod';
import { database, server } from '../../../support/fixture.js';
import type { CallOptions } from '../../../support/http.js';
import { connect } from '../../../support/socket.js';
import { createTenant, signInSuperAdmin, type TestUser } from '../../../support/tenant.js';
import { eventually } from '../../../support/wait.js';
import { OBJECTS } from './objects.js';
import { eachOf, insist } from './request.js';

/** Servers of these tests: passkeys need an origin, and webhooks an address that they may try. */
export const SERVER_ENV = {
  PUBLIC_URL: 'https://clinic.example',
  WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
};

/** In every text about a patient of these clinics, and in no other. */
export const MARK = 'Quetzalina';

/** A clinic with an account of every role, an integration key of every scope, and an object of every kind. */
export interface AttackClinic {
  readonly id: string;
  readonly people: ReadonlyMap<TenantRole, TestUser>;
  readonly admin: TestUser;
  readonly clinician: TestUser;
  /** A key with all scopes. */
  readonly key: string;
  /** The id of an object by what a path names, as in `OBJECTS`. */
  readonly ids: ReadonlyMap<string, string>;
}

/** Those who attack: everybody in the clinic, and its key. */
export const callersOf = ({ people, key }: AttackClinic): readonly (readonly [string, string])[] => [
  ...[...people].map(([role, { token }]) => [role, token] as const),
  ['integration key', key],
];

export const personOf = ({ people }: Pick<AttackClinic, 'people'>, role: TenantRole): TestUser => {
  const person = people.get(role);
  if (person === undefined) throw new Error(`no ${role} in this clinic`);
  return person;
};

/** Makes a clinic through the API. */
export async function createAttackClinic(): Promise<AttackClinic> {
  const tenant = await createTenant(server, await signInSuperAdmin(server));
  const known = [tenant.admin, tenant.clinician, tenant.frontDesk];
  const people = new Map(
    await Promise.all(
      TenantRole.options.map(
        async (role) =>
          [role, known.find((user) => user.role === role) ?? (await tenant.addUser(role))] as const,
      ),
    ),
  );
  const { admin, clinician } = tenant;
  const { key } = await insist(IntegrationKeyCreated, 'POST', '/integration-keys', {
    token: admin.token,
    body: { name: 'every scope', scopes: Scope.options, role: 'clinician' },
  });
  const clinic = { id: tenant.id, people, admin, clinician, key };
  const ids = new Map<string, string>();
  await eachOf(Object.entries(OBJECTS), async ([subject, make]) => {
    ids.set(subject, (await make(clinic)).id);
  });
  await fillTables(clinic);
  return { ...clinic, ids };
}

/**
 * Rows that only time or a fault brings, in SQL: `$1` is the tenant. For what the API can make, `fillTables` has the call.
 */
const ROWS: readonly string[] = [
  `INSERT INTO wardbell.delivery_write (tenant_id, recorder_id, from_seq, to_seq, from_at, to_at)
   VALUES ($1, gen_random_uuid(), 1, 1, now(), now())`,
  `INSERT INTO wardbell.audit_head (scope, seq, hash, at, key_id, signature) VALUES ($1, 1, '\\x00', now(), 'key', '\\x00')
   ON CONFLICT DO NOTHING`,
  'INSERT INTO wardbell.tenant_usage (tenant_id, minute, instance_id) VALUES ($1, now(), gen_random_uuid())',
  `INSERT INTO wardbell.webhook_attempt (tenant_id, webhook_id, message_id, type, attempt, outcome, duration_ms)
   SELECT tenant_id, id, 'message', 'ping', 1, 'timeout', 1 FROM wardbell.webhook WHERE tenant_id = $1 LIMIT 1`,
];

/** Brings a row into each table of a clinic that no object of `OBJECTS` has filled. */
async function fillTables(clinic: Omit<AttackClinic, 'ids'>): Promise<void> {
  const { token } = clinic.admin;
  const make = (method: string, path: string, options: CallOptions = {}) =>
    insist(z.unknown(), method, path, { token, ...options });
  // disconnect_order
  const closed = await connect(server.wsUrl, { token: clinic.clinician.token });
  await make('DELETE', `/connections/${String(closed.frames[0]?.data?.['connection_id'])}`);
  // idempotency, deleted_patient, deleted_appointment
  const { id } = await insist(z.object({ id: z.string() }), 'POST', '/patients', {
    token,
    body: { first_name: MARK, last_name: MARK },
    headers: { 'idempotency-key': randomUUID() },
  });
  const booking = { patient_id: id, datetime: '2026-12-01T09:00:00Z', type: MARK };
  await make('POST', '/appointments', { body: booking });
  await make('DELETE', `/patients/${id}`);
  // merged_patient
  const twins: { id: string }[] = [];
  for (const _ of [1, 2]) {
    const body = { first_name: MARK, last_name: MARK };
    twins.push(await insist(z.object({ id: z.string() }), 'POST', '/patients', { token, body }));
  }
  const merge = { into: twins[1]?.id, version: 1, into_version: 1 };
  await make('POST', `/patients/${twins[0]?.id}/merge`, { body: merge });
  await make('PUT', `/tenants/${clinic.id}/security`, { body: { policy: { idle_minutes: 20 } } });
  // office_hour, clinic_setting
  await make('PUT', '/office-hours', { body: { week: { monday: [{ from: '08:00', to: '17:00' }] } } });
  await make('POST', '/stream/tickets');
  await make('PUT', '/notifications/preferences', { body: {} });
  for (const statement of ROWS) await database.query(statement, [clinic.id]);
  const presence = 'SELECT FROM wardbell.presence WHERE tenant_id = $1';
  await eventually(async () => (await database.query(presence, [clinic.id])).length > 0, {
    what: 'the presence of the clinician',
  });
}
