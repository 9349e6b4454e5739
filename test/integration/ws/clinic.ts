import { randomUUID } from 'node:crypto';
import { type Limits, NO_LIMITS, Patient, type Role, type TenantRole } from '@wardbell/contract';
import { z } from 'zod';
import type { TestDatabase } from '../../support/database.js';
import type { RunningServer } from '../../support/server.js';
import { must } from '../../support/tenant.js';
import { mintToken, type TokenOptions } from '../../support/tokens.js';

/** A tenant that only this test knows. Its people are single sign-on's: a token that verifies is enough. */
export interface Clinic {
  readonly id: string;
  /** An access token of somebody in this clinic; of another person each time, unless `sub` says who. */
  token(role: TenantRole, options?: Omit<TokenOptions, 'role' | 'tenantId'>): Promise<string>;
}

/** Makes a tenant straight in the database: no password has to be hashed for a test about sockets. */
export async function createClinic(database: TestDatabase, limits: Partial<Limits> = {}): Promise<Clinic> {
  const id = randomUUID();
  const { max_connections, max_connections_per_user, max_messages_per_minute } = { ...NO_LIMITS, ...limits };
  await database.query(
    `INSERT INTO wardbell.tenant
       (id, name, slug, max_connections, max_connections_per_user, max_messages_per_minute)
     VALUES ($1, $2, $2, $3, $4, $5)`,
    [id, `clinic-${id}`, max_connections, max_connections_per_user, max_messages_per_minute],
  );
  return { id, token: (role, options = {}) => mintToken({ ...options, role, tenantId: id }) };
}

/** A token of a super admin that no users table knows. */
export const superToken = (): Promise<string> => mintToken({ role: 'super_admin' });

/** A token for a role, a super admin's being of no tenant. */
export const tokenOf = (clinic: Clinic, role: Role): Promise<string> =>
  role === 'super_admin' ? superToken() : clinic.token(role);

export type Server = Pick<RunningServer, 'url'>;

/** Registers a patient through the API, as a clinician. */
export async function createPatient(server: Server, clinic: Clinic, body: object = {}): Promise<Patient> {
  const token = await clinic.token('clinician');
  return must(Patient, server, 'POST', '/patients', {
    token,
    body: { first_name: 'Ada', last_name: 'Example', ...body },
  });
}

/** Publishes an application-defined event as another service in the same database does. Answers its id. */
export async function emit(
  database: TestDatabase,
  clinic: Clinic,
  type: string,
  data: object = {},
  audience: object | null = null,
): Promise<string> {
  const [row] = await database.query('SELECT wardbell.emit($1, $2, $3, $4) AS id', [
    clinic.id,
    type,
    JSON.stringify(data),
    audience === null ? null : JSON.stringify(audience),
  ]);
  return z.object({ id: z.string() }).parse(row).id;
}
