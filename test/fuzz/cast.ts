import { randomUUID } from 'node:crypto';
import { Patient, Tenant, TenantRole } from '@wardbell/contract';
import { must } from '../support/tenant.js';
import { mintToken } from '../support/tokens.js';

/** A clinic of its own with what fuzzed requests are made of: tokens of every role, and ids that exist. */
export interface Cast {
  readonly tenantId: string;
  /** Tokens of every role, of a super admin, and texts that are none. */
  readonly tokens: readonly string[];
  readonly staff: string;
  readonly ids: readonly string[];
}

type Server = { readonly url: string };

/** More than any run needs, since what is refused for its rate is not looked at. */
const UNLIMITED = {
  max_connections: 10_000,
  max_connections_per_user: 10_000,
  max_messages_per_minute: 100_000,
};

/** Requests of a run may suspend or delete their clinic, so it is made anew from time to time. */
export async function createCast(server: Server): Promise<Cast> {
  const root = await mintToken({ role: 'super_admin' });
  const slug = `fuzz-${randomUUID()}`;
  const { id } = await must(Tenant, server, 'POST', '/tenants', {
    token: root,
    body: { name: slug, slug, limits: UNLIMITED },
  });
  const people = await Promise.all(TenantRole.options.map((role) => mintToken({ role, tenantId: id })));
  const staff = await mintToken({ role: 'tenant_admin', tenantId: id, expiresInS: 86_400 });
  const patient = await must(Patient, server, 'POST', '/patients', {
    token: staff,
    body: { first_name: 'Fuzz', last_name: 'Fuzz' },
  });
  return {
    tenantId: id,
    tokens: [...people, ...people, root, 'x.y.z', ''],
    staff,
    ids: [patient.id, id, randomUUID(), 'x', ''],
  };
}
