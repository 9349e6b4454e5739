import { once } from 'node:events';
import { createServer } from 'node:http';

const MESSAGES = [
  ['info', 'Flu vaccine has arrived. Shots can be booked from Monday on.'],
  ['warning', 'The laboratory system is slow today: results come about an hour late.'],
  ['error', 'Lift B is out of order. Please bring wheelchairs through the north entrance.'],
];
/** The notice of which the last pictures are. */
export const CRITICAL = {
  title: 'Fire alarm, second floor',
  message: 'The smoke detector beside the laboratory. Who goes and looks?',
  level: 'error',
  requires_ack: { within_s: 300, steps: [{ to: { roles: ['tenant_admin'] }, within_s: 300 }] },
};
const POLICIES = [
  {
    name: 'Resuscitation',
    within_s: 60,
    steps: [
      { to: { roles: ['clinician'] }, within_s: 60 },
      { to: { roles: ['tenant_admin'] }, within_s: 120 },
    ],
  },
  {
    name: 'Medication fridge too warm',
    within_s: 600,
    steps: [{ to: { roles: ['clinician', 'tenant_admin'] }, within_s: 600 }],
  },
];

const GATEWAYS = [
  [
    'hl7-engine',
    { gateway_type: 'interface engine', status: 'HEALTHY', metadata: { queue: 3, version: '4.2' } },
  ],
  ['lab-feed', { gateway_type: 'lab feed', status: 'HEALTHY', expect_every_s: 600 }],
  ['label-printer-2', { gateway_type: 'label printer', status: 'DEGRADED', metadata: { paper: 'low' } }],
];

/** Webhooks by the path of the receiver, which decides how it answers. */
const WEBHOOKS = [
  ['/interface-engine', 'clinician', null],
  ['/waiting-room-display', 'front_desk', ['appointment_created', 'appointment_updated']],
  ['/billing', 'ids', null],
];
const FAILING_PATH = '/billing';

const signIn = (url, { email, password }) =>
  fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });

export async function tokenOf(url, login) {
  const response = await signIn(url, login);
  if (!response.ok) throw new Error(`POST /auth/login answered ${response.status}`);
  return (await response.json()).access_token;
}

/** Calls the API. A failure ends the script: the picture of what was prepared would lack it. */
export async function call(url, method, path, token, body) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      'content-type': 'application/json',
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response.status === 204 ? undefined : await response.json();
}

/**
 * Makes what the demo data lack. Returns the address of the screen of the waiting room.
 * @param cleanups gets a function that ends the receiver of webhooks
 */
export async function prepareClinic(url, people, tenant, cleanups) {
  const admin = await tokenOf(url, people.get('tenant_admin'));
  const clinician = await tokenOf(url, people.get('clinician'));
  const superAdmin = await tokenOf(url, people.get('super_admin'));
  for (const [level, message] of MESSAGES)
    await call(url, 'POST', '/notifications', admin, { level, message });
  for (const policy of POLICIES) await call(url, 'POST', '/escalation-policies', admin, policy);
  for (const [id, report] of GATEWAYS) await call(url, 'PUT', `/gateways/${id}`, admin, report);
  await addWebhooks(url, admin, cleanups);

  const { data: patients } = await call(url, 'GET', '/patients?limit=5', admin);
  const [restricted, other, deleted, , twin] = patients;
  for (const { id } of [restricted, other])
    await call(url, 'PATCH', `/patients/${id}`, admin, { restricted: true });
  const reason = 'Unconscious on arrival, needs to know the medication';
  await call(url, 'POST', `/patients/${other.id}/break-glass`, clinician, { reason });
  await call(url, 'DELETE', `/patients/${deleted.id}`, admin);
  const { first_name, last_name, birth_date } = twin;
  await call(url, 'POST', '/patients', clinician, {
    first_name,
    last_name,
    birth_date,
    phone: '(312) 555-0188',
  });

  const person = {
    email: 'locum@riverside.test',
    name: 'Dr. Imani Brooks',
    role: 'clinician',
    invitation: true,
  };
  await call(url, 'POST', '/users', superAdmin, { ...person, tenant_id: tenant.id });
  const scopes = ['patients:read', 'appointments:read', 'events:write'];
  await call(url, 'POST', '/integration-keys', admin, { name: 'Lab feed', scopes });
  const screen = { name: 'Screen of the waiting room', scopes: ['stream:read'], role: 'ids' };
  const { key } = await call(url, 'POST', '/integration-keys', admin, screen);
  return `${url}/board/#${key}`;
}

/** A clinic that has nothing yet. Returns the login of its administrator, who has chosen the own password. */
export async function createClinic(url, superAdmin, timeZone) {
  const token = await tokenOf(url, superAdmin);
  const clinic = { name: 'Hillside Clinic', slug: 'hillside', time_zone: timeZone };
  const { id } = await call(url, 'POST', '/tenants', token, clinic);
  const first = { email: 'admin@hillside.test', password: 'a first password for a colleague' };
  const person = { ...first, name: 'Joan Keller', role: 'tenant_admin', tenant_id: id };
  await call(url, 'POST', '/users', token, person);
  const { change_token } = await (await signIn(url, first)).json();
  const login = { email: first.email, password: 'correct horse battery' };
  const body = { change_token, new_password: login.password };
  await call(url, 'POST', '/auth/password', undefined, body);
  return login;
}

/** Webhooks to a receiver on this machine, one of which fails. */
async function addWebhooks(url, token, cleanups) {
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(request.url === FAILING_PATH ? 503 : 204).end());
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  cleanups.push(async () => {
    receiver.close();
    receiver.closeAllConnections();
  });
  for (const [path, payload, types] of WEBHOOKS) {
    const address = `http://127.0.0.1:${receiver.address().port}${path}`;
    await call(url, 'POST', '/webhooks', token, { url: address, payload, types });
  }
}
