import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  api,
  EVENT_TYPES,
  type EventType,
  KeyRole,
  Role,
  TenantRole,
  VISIBLE_FIELDS,
  type View,
} from '@wardbell/contract';
import fc from 'fast-check';
import { z } from 'zod';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect, type Frame, type TestSocket } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { type Receiver, startReceiver } from '../../support/webhook-receiver.js';
import { type Clinic, createClinic, succeed } from '../http/harness.js';
import { openStream } from '../stream/raw-stream.js';

useServer({ env: { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' } });

const PATIENT =
  'id tenant_id mrn first_name last_name birth_date gender phone email version created_at updated_at restricted restricted_to deleted_at purge_at purged deleted_by emergency_until merged_into merged_at archived';
const APPOINTMENT =
  'id tenant_id patient_id datetime duration_minutes type status practitioner room cancellation_reason previous_status undo_until version created_at updated_at restricted purged practitioner_id room_id type_id conflicts board_number';
const GATEWAY = 'gateway_id gateway_type previous_status current_status metadata';
const IDS = 'id tenant_id version';

const everybody = (fields: string, ids: string): Record<View, string> => ({
  clinical: fields,
  front_desk: fields,
  restricted: fields,
  super: ids,
});
const patient: Record<View, string> = {
  clinical: `${PATIENT} notes`,
  front_desk: PATIENT,
  restricted: 'id mrn initials restricted archived purged',
  super: IDS,
};
const appointment: Record<View, string> = {
  clinical: `${APPOINTMENT} reason`,
  front_desk: APPOINTMENT,
  restricted: APPOINTMENT,
  super: IDS,
};

/** The fields that each view may see of each type, said a second time: what the contract says must be what is meant. */
const SEEN: Readonly<Record<string, Readonly<Record<View, string>>>> = {
  patient_created: patient,
  patient_updated: patient,
  patient_deleted: everybody('patient_id merged_into purged', 'patient_id tenant_id version merged_into'),
  appointment_created: appointment,
  appointment_updated: appointment,
  appointment_cancelled: appointment,
  appointment_deleted: everybody('appointment_id', 'appointment_id tenant_id version'),
  clinic_setup_changed: everybody('kind id', ''),
  user_changed: everybody('user_id', ''),
  gateway_status_change: everybody(GATEWAY, 'gateway_id tenant_id'),
  system_notification: everybody(
    'id message level title link requires_ack step expires_at test break_glass_id approval_id',
    'level',
  ),
  inbox_changed: everybody('id unread unseen changed', ''),
  notification_progress: everybody('id state step recipients delivered seen acknowledged', ''),
  notification_state: everybody('id state step', ''),
};

/** Who follows the stream, and in which view. */
const FOLLOWERS: Readonly<Record<string, View>> = {
  super_admin: 'super',
  tenant_admin: 'clinical',
  clinician: 'clinical',
  front_desk: 'front_desk',
  'key clinician': 'clinical',
  'key front_desk': 'front_desk',
  'key ids': 'super',
};
/** Types that only these followers are sent. */
const ONLY_FOR: Readonly<Record<string, readonly string[]>> = {
  gateway_status_change: ['super_admin', 'tenant_admin', 'key ids'],
};
const APPLICATION_TYPE = 'task_updated';
const MARKER_TYPE = 'round_done';

interface Sent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly audience: { readonly roles: readonly string[] } | { readonly user_ids: readonly string[] } | null;
}

const namesIn = (fields: string): readonly string[] => fields.split(' ').filter((name) => name !== '');

/** Every field that any type or object has, and names that JavaScript knows. */
const FIELDS = [
  ...new Set(
    [...Object.values(SEEN), ...Object.values(VISIBLE_FIELDS)]
      .flatMap((views) => Object.values(views))
      .flatMap((fields) => (typeof fields === 'string' ? namesIn(fields) : [...fields])),
  ),
  'notes',
  'reason',
  'password',
  'constructor',
  'toString',
  'data',
].filter((field) => !['initials', 'purged', 'restricted', 'restricted_to'].includes(field));

/** In the value of a field and nowhere else. */
const markOf = (field: string): string => `~${field}~`;

const [named, chosen] = [randomUUID(), randomUUID()];

const text = fc.string({ unit: fc.constantFrom(...'aZé"\\\u2028<>&漢🔔 '), maxLength: 30 });
const markedValue = (field: string) =>
  fc.oneof(
    text.map((value) => `${markOf(field)}${value}`),
    text.map((value) => ({ [field]: `${markOf(field)}${value}` })),
    text.map((value) => [`${markOf(field)}${value}`]),
  );
const data = fc
  .record(Object.fromEntries(FIELDS.map((field) => [field, markedValue(field)])), { requiredKeys: [] })
  .chain((fields) =>
    fc
      .record({
        restricted: fc.constantFrom(undefined, false, true, true),
        restricted_to: fc.constantFrom([], [named], [named, 'somebody']),
      })
      .map(({ restricted, restricted_to }) => ({
        ...fields,
        ...(restricted === undefined ? {} : { restricted, restricted_to }),
      })),
  );
const audience = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc
      .subarray([...TenantRole.options], { minLength: 1 })
      .map((roles): Sent['audience'] => ({ roles })),
  },
  { weight: 1, arbitrary: fc.constant<Sent['audience']>({ user_ids: [chosen, named] }) },
);
/** The database adds the counts of an inbox where they are missing. */
const withCounts = (fields: Sent['data']): Sent['data'] => ({ unread: 0, unseen: 0, ...fields });
/** An event of each type, twice. */
const round = fc.tuple(
  ...[...Object.keys(SEEN), ...Object.keys(SEEN), APPLICATION_TYPE].map((type) =>
    fc.record({
      type: fc.constant(type),
      data: type === 'inbox_changed' ? data.map(withCounts) : data,
      audience,
    }),
  ),
);

describe('Every type of event in every view', () => {
  let clinic: Clinic;
  let neighbours: TestSocket[];
  let epoch: string;
  const followers = new Map<
    string,
    { readonly token: string; readonly user: string; readonly live: TestSocket }
  >();
  const webhooks = new Map<string, Receiver>();

  beforeAll(async () => {
    clinic = await createClinic();
    const neighbour = await createClinic();
    const follow = async (name: string, token: string, user: string) => {
      followers.set(name, { token, user, live: await connect(server.wsUrl, { token }) });
    };
    for (const role of Role.options) {
      const sub = randomUUID();
      const tenantId = role === 'super_admin' ? {} : { tenantId: clinic.id };
      await follow(role, await mintToken({ role, sub, ...tenantId }), sub);
    }
    for (const [who, sub] of [
      ['named', named],
      ['chosen', chosen],
    ] as const) {
      await follow(
        `${who} front_desk`,
        await mintToken({ role: 'front_desk', tenantId: clinic.id, sub }),
        sub,
      );
    }
    for (const role of KeyRole.options) {
      const { key, id } = await succeed(api.integrationKeys.create, {
        token: clinic.admin,
        body: { name: role, scopes: ['stream:read'], role },
      });
      await follow(`key ${role}`, key, `key:${id}`);
      const receiver = await startReceiver();
      webhooks.set(`key ${role}`, receiver);
      await succeed(api.webhooks.create, { token: clinic.admin, body: { url: receiver.url, payload: role } });
    }
    neighbours = await Promise.all(
      [neighbour.admin, neighbour.clinician, neighbour.frontDesk].map((token) =>
        connect(server.wsUrl, { token }),
      ),
    );
    epoch = String(followers.get('clinician')?.live.frames[0]?.data?.['epoch']);
  });
  afterAll(async () => {
    await Promise.all([...webhooks.values()].map((receiver) => receiver.close()));
  });

  it('is known to this suite', () => {
    // a new type of event: say in SEEN above which fields each view may see of it
    expect(Object.keys(SEEN).sort()).toEqual(
      Object.keys(EVENT_TYPES satisfies Record<EventType, object>).sort(),
    );
    // a new role or a role of keys: say in FOLLOWERS above in which view it follows the stream
    expect(Object.keys(FOLLOWERS).sort()).toEqual(
      [...Role.options, ...KeyRole.options.map((role) => `key ${role}`)].sort(),
    );
    // a new view: say in SEEN what it may see of each type
    for (const views of Object.values(VISIBLE_FIELDS))
      expect(Object.keys(views).sort()).toEqual(Object.keys(patient).sort());
  });

  it('shows its fields and nothing else, live, resumed, as a stream, polled, in the log and to webhooks', async () => {
    await fc.assert(
      fc.asyncProperty(round, async (events) => {
        const since = await headOf();
        const marker = await append([...events, { type: MARKER_TYPE, data: {}, audience: null }]);
        for (const [name, { token, live }] of followers) {
          const ofRound = (frames: readonly Frame[]): readonly Frame[] =>
            frames.filter(
              ({ seq, type, tenant_id }) =>
                seq !== undefined && seq > since && tenant_id === clinic.id && type !== MARKER_TYPE,
            );
          await live.waitFor(({ id }) => id === marker);
          expectViews(name, events, since, ofRound(live.events), 'live');
          if (name === 'super_admin') continue;
          const query = { since: String(since), epoch };
          const again = await connect(server.wsUrl, { token, query });
          await again.waitFor('resumed');
          await again.close();
          expectViews(name, events, since, ofRound(again.events), 'resumed');
          const stream = await openStream(server.url, { token, query });
          await stream.waitFor('resumed');
          stream.close();
          expectViews(name, events, since, ofRound(stream.events), 'event stream');
          const polled = await call(server.url, 'GET', `/stream?${new URLSearchParams(query)}`, { token });
          expectViews(name, events, since, ofRound(framesIn(polled.body, 'events')), 'poll');
        }
        const log = await call(server.url, 'GET', `/events?since=${since}&limit=200`, {
          token: clinic.admin,
        });
        expectViews(
          'tenant_admin',
          events.map(withoutAudience),
          since, // administrators read all of the log
          framesIn(log.body, 'data').filter(({ type }) => type !== MARKER_TYPE),
          'log',
        );
        for (const [name, { deliveries }] of webhooks) {
          await eventually(() => deliveries.some(({ id }) => id === marker), { what: 'the last message' });
          const messages = deliveries.map(({ message }) => message);
          const sent = messages.filter(({ seq, type }) => Number(seq) > since && type !== MARKER_TYPE);
          expectViews(`${name} webhook`, events, since, sent, 'webhook');
        }
        for (const socket of neighbours) {
          expect(socket.events).toEqual([]);
          expect(socket.texts.join()).not.toContain(clinic.id);
        }
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });

  const headOf = async (): Promise<number> => {
    const rows = await database.query('SELECT seq::int FROM wardbell.tenant_head WHERE tenant_id = $1', [
      clinic.id,
    ]);
    return z.array(z.object({ seq: z.number() })).parse(rows)[0]?.seq ?? 0;
  };

  /** Commits events as the server does; answers the id of the last one. */
  const append = async (events: readonly Sent[]): Promise<string> => {
    const rows = await database.query<{ id: string }>(
      `SELECT id FROM wardbell.append($1, $2, '[]') ORDER BY seq`,
      [clinic.id, JSON.stringify(events.map((event) => ({ ...event, actor_id: 'somebody' })))],
    );
    return rows.at(-1)?.id ?? '';
  };

  /** Compares what a follower was sent with what it may see of each event. */
  const expectViews = (
    name: string,
    events: readonly Sent[],
    since: number,
    frames: readonly Frame[],
    how: string,
  ): void => {
    const follower = name.replace(/^(named|chosen) | webhook$/g, '');
    const user = name.endsWith('webhook') ? '' : (followers.get(name)?.user ?? '');
    const expected = events.flatMap((event, index) =>
      isFor(event, follower, user) ? [{ event, seq: since + 1 + index }] : [],
    );
    expect([how, name, frames.map(({ seq }) => seq)]).toEqual([how, name, expected.map(({ seq }) => seq)]);
    for (const [index, { event }] of expected.entries()) {
      const frame = frames[index];
      const view = viewFor(event, follower, user);
      expect([how, name, event.type, frame?.data]).toEqual([how, name, event.type, shown(event, view)]);
      const hidden = view === 'super' ? ['actor_id', 'cloud_event'] : [];
      expect(hidden.filter((field) => Object.hasOwn(frame ?? {}, field))).toEqual([]);
      const allowed =
        event.type === APPLICATION_TYPE && view !== 'super' ? FIELDS : fieldsOf(event.type, view);
      const seen = JSON.stringify(frame);
      expect(FIELDS.filter((field) => seen.includes(markOf(field)) && !allowed.includes(field))).toEqual([]);
    }
  };
});

const withoutAudience = (event: Sent): Sent => ({ ...event, audience: null });

const framesIn = (body: unknown, field: string): Frame[] =>
  z
    .array(z.looseObject({ type: z.string(), seq: z.number(), data: z.record(z.string(), z.unknown()) }))
    .parse(Object(body)[field]);

const fieldsOf = (type: string, view: View): readonly string[] => namesIn(SEEN[type]?.[view] ?? '');

const isFor = ({ type, audience: to }: Sent, follower: string, user: string): boolean => {
  if (ONLY_FOR[type]?.includes(follower) === false) return false;
  if (to === null) return true;
  if (FOLLOWERS[follower] === 'super') return false;
  return 'roles' in to ? to.roles.includes(follower.replace('key ', '')) : to.user_ids.includes(user);
};

const viewFor = ({ type, data: source }: Sent, follower: string, user: string): View => {
  const view = FOLLOWERS[follower] ?? 'super';
  const isRestricted = source['restricted'] === true && SEEN[type]?.restricted !== SEEN[type]?.clinical;
  const readers = source['restricted_to'];
  const isOpen =
    follower === 'tenant_admin' || view === 'super' || (Array.isArray(readers) && readers.includes(user));
  return isRestricted && !isOpen ? 'restricted' : view;
};

/** What is left of the data of an event in a view. */
const shown = ({ type, data: source }: Sent, view: View): object => {
  if (type === APPLICATION_TYPE) return view === 'super' ? {} : source;
  const left = Object.entries(source).filter(([field]) => fieldsOf(type, view).includes(field));
  const made: Record<string, unknown> = Object.fromEntries(left);
  if (view !== 'restricted') return made;
  if (type.startsWith('appointment')) return { ...made, cancellation_reason: null };
  const names = [source['first_name'], source['last_name']];
  if (names.every((name) => typeof name === 'string')) made['initials'] = '~~';
  return made;
};
