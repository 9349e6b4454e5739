import { CLOSE, type CloseName, closeAction } from '@wardbell/contract/close-code';
import { WebSocket } from 'ws';
import { manualRuntime } from '../../test/support/manual-runtime.js';
import {
  CONNECTION,
  EPOCH,
  type Scripted,
  type ScriptedServer,
  startScriptedServer,
  TENANT,
} from '../../test/support/scripted-server.js';
import { timeLapse } from '../../test/support/time-lapse.js';
import { eventually } from '../../test/support/wait.js';
import { createClient } from './client.js';
import type { Client, ClientOptions } from './options.js';
import { MAX_REJECTIONS } from './policy.js';
import type { State } from './state.js';

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
const TOKEN = jwt({ sub: 'u', tenant_id: TENANT, role: 'clinician' });

/** The application's own events. */
type Lab = { lab_result: object };

/** Ten times as fast, and of every delay the shortest: tests wait for conditions, not for jitter. */
const eager = () => timeLapse(10, () => 0);

describe('connection', () => {
  let server: ScriptedServer | undefined;
  let client: Client<Lab> | undefined;

  afterEach(async () => {
    client?.stop();
    await server?.close();
    server = undefined;
    client = undefined;
  });

  const setUp = async (
    script: (connection: Scripted) => void,
    options: Partial<ClientOptions<Lab>> = {},
    onMessage?: (connection: Scripted, text: string) => void,
  ) => {
    const scripted = await startScriptedServer(script, onMessage);
    server = scripted;
    const created = createClient<Lab>({
      url: scripted.url,
      WebSocket,
      runtime: eager(),
      fallback: false,
      getToken: () => TOKEN,
      ...options,
    });
    client = created;
    const states: State[] = [];
    created.onState((state) => void states.push(state));
    const until = (status: State['status']) =>
      eventually(() => created.state.status === status && created.state, { what: status });
    return { client: created, server: scripted, states, until };
  };

  describe('after a close', () => {
    const codes: readonly (readonly [string, number, string])[] = [
      ...(Object.keys(CLOSE) as CloseName[]).map(
        (name) => [name, CLOSE[name].code, CLOSE[name].reason] as const,
      ),
      ['a protocol error', 1002, 'anything'],
      ['invalid UTF-8', 1007, ''],
      ['a frame too big', 1009, ''],
      ['a server going away', 1001, ''],
      ['a failing server', 1011, ''],
      ['a code of a proxy', 4999, 'proxy'],
    ];

    it.each(codes)('%s (%i) does what the table says', async (_, code, text) => {
      let given = 0;
      const { server, until } = await setUp(
        (connection) => {
          connection.welcome(41);
          if (connection.number === 1) connection.close(code, text);
          else connection.send({ type: 'resumed', data: { from: 41, to: 41, count: 0 } });
        },
        { getToken: () => jwt({ sub: 'u', tenant_id: TENANT, role: 'clinician', jti: ++given }) },
      );
      client?.start();
      if (closeAction(code) === 'stop') {
        expect(await until('stopped')).toMatchObject({ reason: { closeCode: code } });
        expect(server.connections).toHaveLength(1);
        return;
      }
      await eventually(() => server.connections.length === 2, { what: 'a second connection' });
      await until('live');
      expect(server.connections[1]?.query.get('since')).toBe('41');
      expect(server.connections[1]?.query.get('epoch')).toBe(EPOCH);
    });

    it('none at all (1006) reconnects and resumes from the last number', async () => {
      const { server, until } = await setUp((connection) => {
        if (connection.number > 1) {
          connection.welcome(43);
          connection.event(43);
          connection.send({ type: 'resumed', data: { from: 42, to: 43, count: 1 } });
          return;
        }
        connection.welcome(41);
        connection.event(42);
        connection.send({ type: 'position', data: { seq: 42, count: 1 } });
        setTimeout(connection.terminate, 20);
      });
      client?.start();
      await eventually(() => server.connections.length === 2);
      await until('live');
      expect(server.connections[1]?.query.get('since')).toBe('42');
      expect(client?.position).toEqual({ epoch: EPOCH, seq: 43 });
    });
  });

  it('brings the token as a subprotocol and never in the address', async () => {
    const { server, until } = await setUp((connection) => connection.welcome(1));
    client?.start();
    await until('live');
    expect(server.connections[0]?.protocols).toBe(`wardbell.v1,bearer.${TOKEN}`);
    expect([...(server.connections[0]?.query.keys() ?? [])]).toEqual([]);
  });

  it('asks for topics and types as the server understands them', async () => {
    const one = await setUp((connection) => connection.welcome(1), {
      topics: ['patients'],
      types: ['patient_created'],
    });
    client?.start();
    await one.until('live');
    expect(one.server.connections[0]?.path).toBe('/ws/patients');
    expect(one.server.connections[0]?.query.get('types')).toBe('patient_created');
    client?.stop();
    await one.server.close();

    const several = await setUp(
      (connection) => connection.welcome(7),
      { topics: ['patients', 'appointments'] },
      (connection, text) => {
        if (text.includes('"resume"'))
          connection.send({ type: 'resumed', data: { from: 7, to: 7, count: 0 } });
      },
    );
    client?.start();
    await several.until('live');
    expect(several.server.connections[0]?.path).toBe('/ws');
    expect(several.server.connections[0]?.query.get('resume')).toBe('inband');
    expect(several.server.connections[0]?.heard.map((text) => JSON.parse(text))).toEqual([
      { type: 'subscribe', topics: ['patients', 'appointments'] },
      { type: 'resume', epoch: EPOCH, since: 7 },
    ]);
  });

  it('tells the server at most once in 30 s that a person acts, and only while a WebSocket is open', async () => {
    const clock = manualRuntime();
    const { server, until } = await setUp((connection) => connection.welcome(1), { runtime: clock });
    const active = (number: number) =>
      server.connections[number]?.heard.filter((text) => text === '{"type":"active"}').length;
    client?.active();
    client?.start();
    await until('live');
    client?.active();
    client?.active();
    await eventually(() => active(0) === 1, { what: 'the first message' });
    clock.sleep(29_000);
    client?.active();
    clock.sleep(1_000);
    client?.active();
    await eventually(() => active(0) === 2, { what: 'the second message' });
    client?.stop();
    clock.sleep(30_000);
    client?.active();
    client?.start();
    await until('live');
    client?.active();
    await eventually(() => active(1) === 1, { what: 'the message of the next connection' });
    expect(active(0)).toBe(2);
  });

  it('is not live before the server said that nothing is missing', async () => {
    const { states, until, server } = await setUp((connection) => {
      connection.welcome(50);
      connection.event(45);
    });
    const heard: number[] = [];
    client?.on('lab_result', ({ seq }) => void heard.push(seq));
    client?.start({ since: { seq: 41, epoch: EPOCH } });
    await until('replaying');
    await eventually(() => heard.includes(45));
    expect(client?.position?.seq).toBe(41);
    expect(client?.state.status).toBe('replaying');
    server.connections[0]?.send({ type: 'resumed', data: { from: 41, to: 50, count: 1 } });
    await until('live');
    expect(states.map(({ status }) => status)).toEqual(['connecting', 'replaying', 'live']);
    expect(client?.position).toEqual({ epoch: EPOCH, seq: 50 });
  });

  it('drops what comes twice, counts it, and goes on', async () => {
    const { until } = await setUp((connection) => {
      connection.welcome(1);
      connection.event(2);
      connection.send({ type: 'position', data: { seq: 2, count: 1 } });
      for (const seq of [3, 2, 3, 4]) connection.event(seq);
      connection.send({ type: 'position', data: { seq: 2, count: 1 } });
    });
    const seqs: number[] = [];
    client?.on('lab_result', (event) => void seqs.push(event.seq));
    client?.start();
    await until('live');
    await eventually(() => client?.faults.backwards === 1);
    expect(seqs).toEqual([2, 3, 4]);
    expect(client?.faults).toMatchObject({ duplicate: 2, backwards: 1, malformed: 0 });
    expect(client?.state.status).toBe('live');
  });

  it('connects anew and asks again, from the last number it is sure of, when frames were lost on the way', async () => {
    const { server, until } = await setUp((connection) => {
      connection.welcome(41);
      if (connection.number === 1) {
        connection.event(42);
        // 43 is lost
        connection.event(44);
        connection.send({ type: 'position', data: { seq: 44, count: 3 } });
      } else {
        for (const seq of [43, 44]) connection.event(seq);
        connection.send({ type: 'resumed', data: { from: 42, to: 44, count: 2 } });
      }
    });
    const heard: number[] = [];
    client?.on('lab_result', ({ seq }) => void heard.push(seq));
    client?.start();
    await eventually(() => server.connections.length === 2);
    await until('live');
    expect(server.connections[1]?.query.get('since')).toBe('42');
    expect(heard).toEqual([42, 44, 43]);
    expect(client?.faults).toMatchObject({ incomplete: 1, duplicate: 0 });
    expect(client?.position).toEqual({ epoch: EPOCH, seq: 44 });
  });

  it('tells the server which connection the new one replaces', async () => {
    const { server } = await setUp((connection) => {
      connection.welcome(1);
      if (connection.number === 1) connection.terminate();
    });
    client?.start();
    await eventually(() => server.connections.length === 2);
    expect(server.connections.map(({ query }) => query.get('previous'))).toEqual([null, CONNECTION]);
  });

  describe('says stale instead of live', () => {
    const confirm = (connection: Scripted | undefined) =>
      connection?.send({ type: 'position', data: { seq: 1, count: 0 } });

    it('from when the server says that it cannot tell what is missing, until it can again', async () => {
      const { server, states, until } = await setUp((connection) => connection.welcome(1));
      client?.start();
      await until('live');
      server.connections[0]?.send({ type: 'stale', data: { since: new Date().toISOString() } });
      const stale = await until('stale');
      expect(stale.liveAtMs).not.toBeNull();
      confirm(server.connections[0]);
      await until('live');
      expect(states.map(({ status }) => status)).toEqual(['connecting', 'live', 'stale', 'live']);
    });

    it('when a replay ends while the server cannot tell', async () => {
      const { until } = await setUp((connection) => {
        connection.welcome(9);
        connection.send({ type: 'stale', data: { since: new Date().toISOString() } });
        connection.send({ type: 'resumed', data: { from: 5, to: 9, count: 0 } });
      });
      client?.start({ since: { seq: 5, epoch: EPOCH } });
      await until('stale');
    });

    it('8 s after the last position, and connects anew after a longer silence', async () => {
      const runtime = manualRuntime();
      const { server, states, until } = await setUp(
        (connection) => {
          connection.welcome(1);
          if (connection.number > 1) confirm(connection);
        },
        // The heartbeat has no part in this: its answers come by a clock that does not stand.
        { runtime, heartbeatMs: 60_000 },
      );
      client?.start();
      const live = await until('live');
      runtime.advance(7_999);
      expect(client?.state.status).toBe('live');
      runtime.advance(1);
      expect(client?.state).toMatchObject({ status: 'stale', sinceMs: live.sinceMs + 8_000 });
      runtime.advance(11_999);
      expect(client?.state.status).toBe('stale');
      runtime.advance(1);
      await until('waiting');
      expect(states.map(({ status }) => status)).toEqual(['connecting', 'live', 'stale', 'waiting']);
      // Known to be complete when it was last confirmed, and not a moment longer.
      expect(client?.state).toMatchObject({ sinceMs: live.sinceMs + 20_000, liveAtMs: live.sinceMs });
      runtime.advance(60_000);
      await eventually(() => server.connections.length === 2, { what: 'another connection' });
    });

    it('but keeps a connection on which events still come', async () => {
      const runtime = manualRuntime();
      const { server, until } = await setUp((connection) => connection.welcome(0), { runtime });
      client?.start();
      await until('live');
      for (let seq = 1; seq <= 5; seq += 1) {
        runtime.advance(9_000);
        server.connections[0]?.event(seq);
        await eventually(() => client?.position?.seq === seq);
      }
      expect(server.connections).toHaveLength(1);
      expect(client?.state.status).toBe('stale');
    });
  });

  it.each([
    ['positions without numbers', { type: 'positions', data: { seq: null, more: false } }],
    ['positions that are no numbers', { type: 'positions', data: { seq: { a: 'x' }, more: false } }],
    ['an event without a number', { type: 'lab_result', seq: 'x', data: {} }],
    ['a position that is none', { type: 'position', data: { seq: -1, count: 0 } }],
    ['the end of a replay without its beginning', { type: 'resumed', data: { to: 9, count: 0 } }],
    ['a resync without an epoch', { type: 'resync_required', data: { seq: 9 } }],
  ])('takes %s for no frame, whoever is connected', async (_, frame) => {
    const { server, until } = await setUp((connection) => connection.welcome(1));
    client?.start();
    await until('live');
    server.connections[0]?.send(frame);
    server.connections[0]?.event(2);
    await eventually(() => client?.position?.seq === 2);
    expect(client?.faults.malformed).toBe(1);
  });

  it('survives frames that are none', async () => {
    const { until, server } = await setUp((connection) => connection.welcome(1));
    client?.start();
    await until('live');
    for (const frame of [[], { type: 7 }, { type: 'x' }, { data: {} }, { type: 'x', data: null }])
      server.connections[0]?.send(frame);
    server.connections[0]?.event(2);
    await eventually(() => client?.position?.seq === 2);
    expect(client?.faults.malformed).toBe(5);
  });

  it('goes on when a handler throws, and lets the application know', async () => {
    const { until, server } = await setUp((connection) => connection.welcome(1));
    const fault = new Error('of the application');
    const thrown: unknown[] = [];
    const own = globalThis.queueMicrotask;
    // Jest would take what is thrown outside of the test for a failure of its own.
    globalThis.queueMicrotask = (run) =>
      own(() => {
        try {
          run();
        } catch (error) {
          if (error !== fault) throw error;
          thrown.push(error);
        }
      });
    try {
      const heard: number[] = [];
      client?.on('lab_result', () => {
        throw fault;
      });
      client?.on('lab_result', (event) => void heard.push(event.seq));
      client?.start();
      await until('live');
      server.connections[0]?.event(2);
      await eventually(() => heard.length === 1 && thrown.length === 1);
      expect(client?.faults.handler).toBe(1);
    } finally {
      globalThis.queueMicrotask = own;
    }
  });

  it('notices a server that falls silent within seconds and connects anew', async () => {
    const { server, until } = await setUp((connection) => connection.welcome(1), {
      heartbeatMs: 1_000,
      WebSocket: class extends WebSocket {
        override send(data: string): void {
          // The ping is lost on its way.
          if (data !== 'ping') super.send(data);
        }
      },
    });
    client?.start();
    await until('live');
    const waiting = await until('waiting').catch(() => null);
    await eventually(() => server.connections.length >= 2);
    if (waiting?.status === 'waiting') expect(waiting.reason).toEqual({ code: 'heartbeatTimeout' });
  });

  describe('with tokens', () => {
    it('stops asking after a bounded number of refusals', async () => {
      let given = 0;
      const { server, until } = await setUp((connection) => connection.close(4401, 'Token expired'), {
        getToken: () => jwt({ sub: 'u', tenant_id: TENANT, role: 'clinician', jti: ++given }),
      });
      client?.start();
      expect(await until('stopped')).toMatchObject({ reason: { code: 'tokenRejected' } });
      expect(server.connections).toHaveLength(MAX_REJECTIONS + 1);
    });

    it('does not bring a token again that was refused', async () => {
      const { server, until } = await setUp((connection) => connection.close(4401, 'Token expired'));
      client?.start();
      expect(await until('stopped')).toMatchObject({ reason: { code: 'tokenRejected' } });
      expect(server.connections).toHaveLength(1);
    });

    it('waits with backoff while the application has none, without opening a socket', async () => {
      let asked = 0;
      const { server, states, until } = await setUp((connection) => connection.welcome(1), {
        getToken: async () => {
          asked += 1;
          if (asked < 4) throw new Error('the endpoint is away');
          return TOKEN;
        },
      });
      client?.start();
      await until('live');
      expect(server.connections).toHaveLength(1);
      const reasons = states.flatMap((state) => (state.status === 'waiting' ? [state.reason.code] : []));
      expect(reasons).toEqual(['tokenUnavailable', 'tokenUnavailable', 'tokenUnavailable']);
    });

    it('renews before expiry over the socket, and keeps the socket', async () => {
      const asked: string[] = [];
      const { server, until } = await setUp(
        (connection) => {
          connection.welcome(1);
          connection.send({ type: 'token_expiring', data: { expires_at: new Date().toISOString() } });
        },
        {
          getToken: ({ reason }) => {
            asked.push(reason);
            return TOKEN;
          },
        },
        (connection, text) => {
          if (text.includes('refresh'))
            connection.send({
              type: 'refreshed',
              data: { expires_at: new Date(Date.now() + 9e5).toISOString() },
            });
        },
      );
      client?.start();
      await until('live');
      await eventually(() => server.connections[0]?.heard.length === 1);
      expect(JSON.parse(server.connections[0]?.heard[0] ?? '')).toEqual({ type: 'refresh', token: TOKEN });
      expect(asked).toEqual(['connect', 'expiring']);
      expect(server.connections).toHaveLength(1);
    });

    it('asks again, a little later, when the renewal is refused or the endpoint fails', async () => {
      let asked = 0;
      const { server, until } = await setUp(
        (connection) => {
          connection.welcome(1);
          connection.send({ type: 'token_expiring', data: { expires_at: new Date().toISOString() } });
        },
        {
          getToken: async ({ reason }) => {
            asked += 1;
            if (reason === 'expiring' && asked === 2) throw new Error('the endpoint is away');
            return TOKEN;
          },
        },
        (connection, text) => {
          if (!text.includes('refresh')) return;
          connection.send(
            asked < 4
              ? { type: 'error', data: { code: 'token_refused', message: '' } }
              : { type: 'refreshed', data: { expires_at: new Date(Date.now() + 9e5).toISOString() } },
          );
        },
      );
      client?.start();
      await until('live');
      await eventually(() => asked === 4);
      expect(server.connections).toHaveLength(1);
      expect(client?.state.status).toBe('live');
    });

    it('never goes on with the stream of someone else', async () => {
      let who = 'ann';
      const { server, until } = await setUp((connection) => connection.welcome(41), {
        getToken: () => jwt({ sub: who, tenant_id: TENANT, role: 'clinician' }),
      });
      client?.start();
      await until('live');
      who = 'ben';
      server.connections[0]?.terminate();
      expect(await until('stopped')).toMatchObject({ reason: { code: 'identityChanged' } });
      expect(client?.position).toBeNull();
      client?.start();
      await until('live');
      expect(server.connections.map(({ query }) => query.get('since'))).toEqual([null, null]);
    });
  });

  describe('of a super admin', () => {
    const SUPER = jwt({ sub: 'root', role: 'super_admin' });
    const positions = (seq: Record<string, number>, more = false) => ({
      type: 'positions',
      data: { seq, more },
    });

    it('resumes in band with the numbers of those tenants that moved on', async () => {
      const { server, until } = await setUp(
        (connection) => {
          connection.welcome(null);
          if (connection.number === 1) {
            connection.send(positions({ a: 1 }, true));
            connection.send(positions({ [TENANT]: 5 }));
            connection.event(6);
            setTimeout(connection.terminate, 20);
          } else connection.send(positions({ a: 1, [TENANT]: 9, fresh: 2 }));
        },
        { getToken: () => SUPER },
        (connection) => {
          connection.send({ type: 'resumed', data: { from: 6, to: 9, count: 0, tenant_id: TENANT } });
          connection.send({ type: 'resumed', data: { from: 0, to: 2, count: 0, tenant_id: 'fresh' } });
        },
      );
      client?.start();
      await eventually(() => server.connections[1]?.heard.length === 1);
      await until('live');
      expect(server.connections[0]?.query.get('resume')).toBeNull();
      expect(server.connections[1]?.query.get('resume')).toBe('inband');
      expect(JSON.parse(server.connections[1]?.heard[0] ?? '')).toEqual({
        type: 'resume',
        epoch: EPOCH,
        since: { [TENANT]: 6, fresh: 0 },
      });
      expect(client?.position).toEqual({ epoch: EPOCH, seq: { a: 1, [TENANT]: 9, fresh: 2 } });
    });
  });

  describe('as a loop', () => {
    it('gives every event to for await and ends when the client stops', async () => {
      const { until } = await setUp((connection) => {
        connection.welcome(0);
        for (let seq = 1; seq <= 3; seq += 1) connection.event(seq);
      });
      client?.start();
      const seen: string[] = [];
      const loop = (async () => {
        for await (const event of client ?? []) {
          seen.push(event.type);
          if (seen.length === 3) client?.stop();
        }
      })();
      await until('stopped');
      await loop;
      expect(seen).toEqual(['lab_result', 'lab_result', 'lab_result']);
    });
  });

  it('throws at createClient when there is no WebSocket, and says how to mend it', () => {
    if (globalThis.WebSocket) return;
    const options = { url: 'ws://127.0.0.1:1/ws', getToken: () => TOKEN };
    expect(() => createClient(options)).toThrow("pass the one of 'ws' as `WebSocket`");
  });

  it('throws at createClient for an address that only a page could complete', () => {
    expect(() => createClient({ url: '/ws', WebSocket, getToken: () => TOKEN })).toThrow('must be absolute');
  });

  it('never connects where pages are only rendered', () => {
    const rendered = createClient({ url: '/ws', WebSocket: null, getToken: () => TOKEN });
    rendered.start();
    expect(rendered.state).toMatchObject({ status: 'stopped', reason: { code: 'notStarted' } });
  });

  it('does not compile with a misspelt event type, and does with a declared one', () => {
    const never = createClient<Lab>({
      url: '/ws',
      WebSocket: null,
      getToken: () => TOKEN,
      types: ['lab_result'],
    });
    // @ts-expect-error misspelt
    never.on('patient_updatd', () => undefined);
    // @ts-expect-error misspelt
    createClient({ url: '/ws', WebSocket: null, getToken: () => TOKEN, types: ['patient_updatd'] });
    never.on('lab_result', ({ seq }) => void seq);
    never.on('patient_updated', ({ data }) => void data.last_name);
  });
});
