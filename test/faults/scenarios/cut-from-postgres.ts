import { createClient } from '@wardbell/client';
import { WebSocket } from 'ws';
import { Clinic } from '../../integration/delivery/support/clinic.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { connect, TestSocket } from '../../support/socket.js';
import { eventually } from '../../support/wait.js';
import { judgeOneMessage } from '../support/one-message.js';
import type { Finding } from '../support/oracle.js';
import { openOwnDatabase } from '../support/own-database.js';
import { CUT_ADDRESS, PacketFilter } from '../support/packet-filter.js';
import { Postgres } from '../support/postgres.js';
import type { Scenario } from './scenario.js';

/** From the last confirmation on: what the server promises, with what a busy machine may add. */
const STALE_MS = 3_000;
const CLOSE_MS = 30_000;
const SLACK_MS = 3_000;
/** What a client may still show as live: the last confirmation, and the 5 s between two positions. */
const MAX_LIVE_MS = STALE_MS + 5_000 + SLACK_MS;
const SAMPLE_MS = 100;
/** The first cut is healed before sockets are closed, the second is not. */
const SHORT_CUT_MS = 8_000;

/** When each type of frame came to a raw client, first and last. */
const watch = (socket: TestSocket) => {
  const lastMs = new Map<string, number>();
  const firstMs = new Map<string, number>();
  socket.ws.on('message', (text) => {
    const type = /^\{"type":"([^"]*)"/.exec(String(text))?.[1] ?? '';
    lastMs.set(type, performance.now());
    if (!firstMs.has(type)) firstMs.set(type, performance.now());
  });
  return { lastMs, firstMs };
};

/** One of two instances is cut off from PostgreSQL by a network that drops packets, while the other one writes. */
export const cutFromPostgres: Scenario = {
  name: 'cut-from-postgres',
  guarantee:
    'No client is shown as live while it lacks events because its instance is cut off from PostgreSQL',
  isShort: false,
  needs: ['nftables'],
  run: async ({ say }) => {
    const postgres = await Postgres.create({ listen_addresses: `127.0.0.1,${CUT_ADDRESS}` });
    const filter = new PacketFilter(postgres.port);
    const database = openOwnDatabase(postgres);
    const servers: RunningServer[] = [];
    const findings: Finding[] = [];
    const stop: (() => void)[] = [];
    try {
      const cutUrl = postgres.ownerUrl.replace('127.0.0.1', CUT_ADDRESS);
      const cut = await startServer({ database: { ownerUrl: cutUrl } });
      servers.push(cut);
      const whole = await startServer({ database });
      servers.push(whole);
      const clinic = await Clinic.create(database);
      const token = await clinic.token('tenant_admin');
      const raw = await connect(cut.wsUrl, { token });
      const observed = watch(raw);
      const client = createClient({
        url: cut.wsUrl,
        getToken: () => token,
        WebSocket,
      });
      stop.push(() => client.stop());
      client.start();
      await eventually(() => client.state.status === 'live');

      let head = 0;
      const writer = setInterval(() => {
        void fetch(`${whole.url}/api/v1/notifications`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ message: 'written by the other instance', level: 'info' }),
        }).catch(() => undefined);
        void clinic.position().then(({ seq }) => {
          head = seq;
        });
      }, 200);
      stop.push(() => clearInterval(writer));
      await raw.waitFor(({ seq }) => seq !== undefined);

      // longest time in which the SDK said live although events were lacking
      let wrongMs = 0;
      let wrongSinceMs: number | undefined;
      const sampler = setInterval(() => {
        const position = client.position?.seq;
        const isWrong = client.state.status === 'live' && typeof position === 'number' && position < head - 1;
        if (!isWrong) wrongSinceMs = undefined;
        else {
          wrongSinceMs ??= performance.now();
          wrongMs = Math.max(wrongMs, performance.now() - wrongSinceMs);
        }
      }, SAMPLE_MS);
      stop.push(() => clearInterval(sampler));

      say('cut');
      filter.drop();
      const cutMs = performance.now();
      const stale = await raw.waitFor('stale', CLOSE_MS).catch(() => undefined);
      const staleMs = (observed.firstMs.get('stale') ?? performance.now()) - cutMs;
      if (stale === undefined || staleMs > STALE_MS + SLACK_MS)
        findings.push({ kind: 'stale', text: `sessions were told after ${Math.round(staleMs)} ms` });
      await eventually(() => performance.now() - cutMs > SHORT_CUT_MS, { timeoutMs: SHORT_CUT_MS + 5_000 });
      if ((observed.lastMs.get('position') ?? 0) > cutMs + STALE_MS + SLACK_MS)
        findings.push({ kind: 'stale', text: 'a position vouched during the cut' });
      const refused = await fetch(`${cut.url}/health/ready`);
      if (refused.status !== 503) findings.push({ kind: 'stale', text: 'the cut instance says it is ready' });
      const late = await new TestSocket(cut.wsUrl, { token }).closed();
      if (late.code !== 1013) findings.push({ kind: 'stale', text: `a new socket got ${late.code}` });
      filter.heal();
      say('healed');
      const healedMs = performance.now();
      await eventually(() => (observed.lastMs.get('position') ?? 0) > healedMs, {
        timeoutMs: 30_000,
        what: 'a position after the cut',
      });
      const backMs = (observed.lastMs.get('position') ?? 0) - healedMs;
      await eventually(() => raw.events.at(-1)?.seq === head || raw.events.length >= head, {
        timeoutMs: 20_000,
      });

      say('cut for good');
      filter.drop();
      const againMs = performance.now();
      const closed = await raw.closed(CLOSE_MS + 10_000);
      const closedMs = performance.now() - againMs;
      if (closed.code !== 1013) findings.push({ kind: 'stale', text: `it was closed with ${closed.code}` });
      filter.heal();
      await eventually(async () => (await fetch(`${cut.url}/health/ready`)).ok, { timeoutMs: 30_000 });
      if (wrongMs > MAX_LIVE_MS)
        findings.push({
          kind: 'stale',
          text: `the SDK said live for ${Math.round(wrongMs)} ms with events lacking`,
        });
      for (const stopIt of stop.splice(0)) stopIt();
      const numbers = raw.events.map(({ seq }) => seq);
      if (numbers.some((seq, at) => at > 0 && seq !== (numbers[at - 1] ?? 0) + 1))
        findings.push({ kind: 'lost', text: 'the raw client has a hole or a repeat' });
      findings.push(...(await judgeOneMessage(cut, database)));
      const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
      return {
        findings,
        measured: {
          'stale after': seconds(staleMs),
          'closed after': seconds(closedMs),
          'vouched again': seconds(backMs),
          'SDK live but behind': seconds(wrongMs),
        },
      };
    } finally {
      filter.heal();
      for (const stopIt of stop) stopIt();
      await Promise.all(servers.map((server) => server.stop()));
      await database.drop();
      await postgres.remove();
    }
  },
};
