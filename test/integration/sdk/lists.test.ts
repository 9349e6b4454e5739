import {
  type Client,
  createClient,
  type LivePage,
  type LiveRows,
  liveList,
  patientChanges,
} from '@wardbell/client';
import type { Patient } from '@wardbell/contract';
import { WebSocket } from 'ws';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { createTenant, type TestTenant } from '../../support/tenant.js';
import { eventually } from '../../support/wait.js';

const JOINS = 1_000;
const AT_ONCE = 25;
const WRITERS = 3;
/** The writers keep the list about this long: more than a page, so that pages are joined with each other too. */
const ROWS = 60;
const PAGE = 25;

/** What is remembered of a list at one moment: the number it was complete to, and its rows. */
interface Seen {
  readonly seq: number;
  readonly versions: ReadonlyMap<string, number>;
}

const versionsOf = (rows: readonly Patient[]) => new Map(rows.map(({ id, version }) => [id, version]));

useServer();

describe('lists that are joined with the stream', () => {
  let tenant: TestTenant;
  let client: Client;

  beforeAll(async () => {
    tenant = await createTenant(server);
    client = createClient({ url: server.wsUrl, getToken: () => tenant.clinician.token, WebSocket });
    client.start();
  });
  afterAll(async () => {
    client.stop();
  });

  const api = async (method: string, path: string, body?: object) =>
    call(server.url, method, path, { token: tenant.clinician.token, ...(body && { body }) });

  const load = async (after: string | null): Promise<LivePage<Patient>> => {
    const cursor = after === null ? '' : `&after=${encodeURIComponent(after)}`;
    const { status, body } = await api('GET', `/patients?limit=${PAGE}${cursor}`);
    if (status !== 200) throw new Error(`the list answered ${status}`);
    return body as LivePage<Patient>;
  };

  /** Creates, renames and deletes as fast as it can until it is told to stop. */
  const hammer = async (isOver: () => boolean): Promise<number> => {
    const mine: string[] = [];
    let writes = 0;
    while (!isOver()) {
      const chance = Math.random();
      const index = Math.floor(Math.random() * mine.length);
      const id = mine[index];
      if (id === undefined || (chance < 0.4 && mine.length < ROWS / WRITERS)) {
        const { body } = await api('POST', '/patients', { first_name: 'Test', last_name: `P${writes}` });
        mine.push((body as Patient).id);
      } else if (chance < 0.7) await api('PATCH', `/patients/${id}`, { first_name: `T${writes}` });
      else {
        await api('DELETE', `/patients/${id}`);
        mine.splice(index, 1);
      }
      writes += 1;
    }
    return writes;
  };

  /** Loads a list, joins it, and remembers what it shows the first time that the stream has changed it. */
  const joinOnce = (): Promise<Seen> =>
    new Promise((resolve) => {
      let loadedSeq = Number.POSITIVE_INFINITY;
      const stop = liveList(client, {
        load: async (after) => {
          const page = await load(after);
          loadedSeq = page.seq;
          return page;
        },
        changes: patientChanges,
        show: ({ rows, live }: LiveRows<Patient>) => {
          const seq = client.position?.seq;
          // Before the stream has passed the newest page there is no one number that all its pages stand at.
          if (!live || typeof seq !== 'number' || seq <= loadedSeq) return;
          stop();
          resolve({ seq, versions: versionsOf(rows) });
        },
      });
    });

  it(`are equal to the database ${JOINS} times while writers hammer it`, async () => {
    await eventually(() => client.state.status === 'live');
    let over = false;
    const writers = Array.from({ length: WRITERS }, () => hammer(() => over));
    const seen: Seen[] = [];
    while (seen.length < JOINS) seen.push(...(await Promise.all(Array.from({ length: AT_ONCE }, joinOnce))));
    over = true;
    const writes = (await Promise.all(writers)).reduce((sum, count) => sum + count);

    // The database's own log, replayed by the simplest means, says what the list was at each number.
    const log = await database.query<{ seq: string; type: string; data: Patient & { patient_id: string } }>(
      'SELECT seq, type, data FROM wardbell.outbox WHERE tenant_id = $1 ORDER BY seq',
      [tenant.id],
    );
    expect(log).toHaveLength(writes);
    seen.sort((a, b) => a.seq - b.seq);
    const truth = new Map<string, number>();
    let at = 0;
    for (const { seq, versions } of seen) {
      for (; at < seq; at += 1) {
        const { type, data } = log[at] ?? { type: '', data: { id: '', version: 0, patient_id: '' } };
        if (type === 'patient_deleted') truth.delete(data.patient_id);
        else truth.set(data.id, data.version);
      }
      expect(versions).toEqual(truth);
    }
    expect(client.faults).toEqual({ duplicate: 0, backwards: 0, incomplete: 0, malformed: 0, handler: 0 });
  });

  it('is equal to the table in the end', async () => {
    let shown: LiveRows<Patient> = { rows: [], live: false };
    const stop = liveList(client, {
      load,
      changes: patientChanges,
      show: (list) => {
        shown = list;
      },
    });
    await eventually(() => shown.live);
    await Promise.all(
      [1, 2, 3].map((n) => api('POST', '/patients', { first_name: 'Last', last_name: `One ${n}` })),
    );
    await eventually(async () => {
      const table = await database.query<{ id: string; version: number }>(
        'SELECT id, version FROM wardbell.patient WHERE tenant_id = $1',
        [tenant.id],
      );
      expect(versionsOf([...shown.rows])).toEqual(new Map(table.map(({ id, version }) => [id, version])));
      return true;
    });
    stop();
  });
});
