import { createECDH, randomBytes, randomUUID } from 'node:crypto';
import { LoginSessions } from '@wardbell/contract';
import { z } from 'zod';
import { Authenticator } from '../../../support/authenticator.js';
import { database, server } from '../../../support/fixture.js';
import { call } from '../../../support/http.js';
import { connect } from '../../../support/socket.js';
import { signIn, type TestUser } from '../../../support/tenant.js';
import { mintToken } from '../../../support/tokens.js';
import { eventually } from '../../../support/wait.js';
import { type AttackClinic, MARK, SERVER_ENV } from './clinics.js';
import { insist } from './request.js';

type Clinic = Omit<AttackClinic, 'ids'>;

/** An object of a clinic, and the token of whoever may do everything with it. */
export interface Made {
  readonly id: string;
  readonly owner: string;
}

const Id = z.object({ id: z.string() });

const post = async (token: string, path: string, body?: object): Promise<string> =>
  (await insist(Id, 'POST', path, { token, body })).id;

const registerPatient = ({ admin }: Clinic, body: object = {}): Promise<string> =>
  post(admin.token, '/patients', { first_name: MARK, last_name: MARK, notes: MARK, ...body });

const name = (): string => `n${randomUUID()}`;

/** An object that the administrators of the clinic own. */
const ofClinic =
  (make: (clinic: Clinic) => Promise<string>) =>
  async (clinic: Clinic): Promise<Made> => ({ id: await make(clinic), owner: clinic.admin.token });

/** An object that belongs to one person of it. */
const ofPerson =
  (whom: 'admin' | 'clinician', make: (user: TestUser) => Promise<string>) =>
  async (clinic: Clinic): Promise<Made> => ({ id: await make(clinic[whom]), owner: clinic[whom].token });

/**
 * How an object is made, by the path that names it up to the parameter. A route with another one fails `routes.test.ts`:
 * add one line for it here, which makes an object that the route finds.
 */
export const OBJECTS: Readonly<Record<string, (clinic: Clinic) => Promise<Made>>> = {
  '/patients/:id': ofClinic(registerPatient),
  '/appointments/:id': ofClinic(async (clinic) =>
    post(clinic.admin.token, '/appointments', {
      patient_id: await registerPatient(clinic),
      datetime: '2026-12-01T09:00:00Z',
      type: MARK,
      reason: MARK,
    }),
  ),
  '/practitioners/:id': ofClinic(({ admin }) => post(admin.token, '/practitioners', { name: name() })),
  '/rooms/:id': ofClinic(({ admin }) => post(admin.token, '/rooms', { name: name() })),
  '/appointment-types/:id': ofClinic(({ admin }) =>
    post(admin.token, '/appointment-types', { name: name() }),
  ),
  '/absences/:id': ofClinic(({ admin }) =>
    post(admin.token, '/absences', { from: '2030-12-24', to: '2030-12-27', label: MARK }),
  ),
  '/break-glass/:id': ofClinic(async (clinic) => {
    const patient = await registerPatient(clinic, { restricted: true });
    return post(clinic.clinician.token, `/patients/${patient}/break-glass`, { reason: `${MARK} came in` });
  }),
  '/webhooks/:id': ofClinic(makeWebhook),
  '/dead-letters/:id': ofClinic(async (clinic) => {
    const [row] = await database.query<{ id: string }>(
      `INSERT INTO wardbell.dead_letter (tenant_id, origin, reason, webhook_id, event)
       VALUES ($1, 'webhook', 'http_error', $2, $3) RETURNING id`,
      [clinic.id, await makeWebhook(clinic), JSON.stringify({ type: 'patient_created', data: { MARK } })],
    );
    return Id.parse(row).id;
  }),
  '/users/:id': ofClinic(({ admin }) =>
    post(admin.token, '/users', {
      email: `${name()}@example.org`,
      name: MARK,
      role: 'clinician',
      password: 'violet tractors hum at noon',
    }),
  ),
  '/approvals/:id': ofClinic(async ({ id }) => {
    const [row] = await database.query<{ id: string }>(
      `INSERT INTO wardbell.approval
         (tenant_id, kind, email, name, change, changed, password_hash, requested_by, effective_at)
       VALUES ($1, 'user_create', $2, $3, '{"role": "clinician"}', '{role}', 'a hash', 'super', now() + interval '1 day')
       RETURNING id`,
      [id, `${name()}@example.org`, MARK],
    );
    return Id.parse(row).id;
  }),
  '/users/external/:sub': ofClinic(async ({ id, admin }) => {
    const sub = `idp|${name()}`;
    await call(server.url, 'GET', '/auth/me', {
      token: await mintToken({ role: 'clinician', tenantId: id, sub }),
    });
    // written in the background: nothing of the clinic may change later by itself
    const seen =
      'SELECT FROM wardbell.external_user WHERE tenant_id = $1 AND sub = $2 AND last_seen_at IS NOT NULL';
    await eventually(async () => (await database.query(seen, [id, sub])).length > 0, {
      what: 'that the person was seen',
    });
    const path = `/users/external/${encodeURIComponent(sub)}/block`;
    await insist(z.unknown(), 'PUT', path, { token: admin.token });
    return sub;
  }),
  '/notifications/:id': ofClinic(({ admin }) =>
    post(admin.token, '/notifications', { message: MARK, title: MARK, requires_ack: { within_s: 86_400 } }),
  ),
  '/escalation-policies/:id': ofClinic(({ admin }) =>
    post(admin.token, '/escalation-policies', { name: MARK, within_s: 60 }),
  ),
  '/tenants/:id': ofClinic(async ({ id }) => id),
  '/integration-keys/:id': ofClinic(({ admin }) =>
    post(admin.token, '/integration-keys', { name: name(), scopes: ['patients:read'] }),
  ),
  '/connections/:id': ofClinic(async ({ clinician }) => {
    const { frames } = await connect(server.wsUrl, { token: clinician.token });
    return String(frames[0]?.data?.['connection_id']);
  }),
  '/event-types/:type': ofClinic(({ admin }) =>
    putNamed(admin.token, (type) => `/event-types/${type}`, { description: MARK }),
  ),
  '/events/:id': ofClinic(({ admin }) => post(admin.token, '/events', { type: 'attacked', data: { MARK } })),
  '/gateways/:gateway_id': ofClinic(({ admin }) =>
    putNamed(admin.token, (id) => `/gateways/${id}`, { gateway_type: 'lab', status: 'HEALTHY' }),
  ),
  '/push/subscriptions/:id': ofPerson('clinician', ({ token }) => {
    const curve = createECDH('prime256v1');
    curve.generateKeys();
    return post(token, '/push/subscriptions', {
      endpoint: `https://127.0.0.1:9/${name()}`,
      keys: {
        p256dh: curve.getPublicKey('base64url'),
        auth: randomBytes(16).toString('base64url'),
      },
    });
  }),
  '/auth/passkeys/:id': ofPerson('clinician', async ({ token }) => {
    const options = await insist(
      z.looseObject({ challenge: z.string(), user: z.looseObject({ id: z.string() }) }),
      'POST',
      '/auth/passkeys/options',
      { token },
    );
    const response = new Authenticator({ origin: SERVER_ENV.PUBLIC_URL }).create(options);
    return post(token, '/auth/passkeys', { name: MARK, response });
  }),
  '/auth/sessions/:id': ofPerson('admin', async ({ email, password, token }) => {
    await signIn(server, email, password);
    const { data } = await insist(LoginSessions, 'GET', '/auth/sessions', { token });
    return data.find(({ current }) => !current)?.id ?? '';
  }),
  '/auth/sessions/:id/input-key': ofPerson('admin', async ({ email, password, token }) => {
    await signIn(server, email, password);
    const { data } = await insist(LoginSessions, 'GET', '/auth/sessions', { token });
    const id = data.find(({ current }) => !current)?.id ?? '';
    await insist(z.unknown(), 'DELETE', `/auth/sessions/${id}`, { token });
    return id;
  }),
};

async function putNamed(token: string, path: (name: string) => string, body: object): Promise<string> {
  const made = name();
  await insist(z.unknown(), 'PUT', path(made), { token, body });
  return made;
}

/** A webhook that sends nothing but what it is asked to. */
async function makeWebhook({ admin: { token } }: Clinic): Promise<string> {
  const id = await post(token, '/webhooks', { url: 'https://127.0.0.1:9/', payload: 'ids' });
  await insist(z.unknown(), 'PATCH', `/webhooks/${id}`, { token, body: { status: 'disabled' } });
  return id;
}
