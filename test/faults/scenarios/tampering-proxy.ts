import type { IncomingEvent, State } from '@wardbell/client';
import { createClient } from '@wardbell/client';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { startServer } from '../../support/server.js';
import { connect } from '../../support/socket.js';
import { createTenant, must } from '../../support/tenant.js';
import { eventually } from '../../support/wait.js';
import type { Finding } from '../support/oracle.js';
import { Postgres } from '../support/postgres.js';
import { Random } from '../support/random.js';
import { startTamperingProxy } from '../support/tampering-proxy.js';
import type { Scenario, ScenarioOptions, ScenarioResult } from './scenario.js';

const WRITES = 150;
/** Of a hundred frames. */
const TAMPERED_PERCENT = 12;
/** The proxy is honest from here on: what it broke before must be mended by then. */
const SETTLE_MS = 60_000;

const seqOf = (event: IncomingEvent): number | undefined => ('seq' in event ? Number(event.seq) : undefined);

const run = async ({ seed, say }: ScenarioOptions): Promise<ScenarioResult> => {
  const random = new Random(seed);
  const database = await Postgres.create();
  const server = await startServer({ database });
  const tenant = await createTenant(server);
  const middle = await startTamperingProxy(server.wsUrl, random);
  const raw = await connect(server.wsUrl, { token: tenant.clinician.token });
  const watchers = [
    { name: 'all', options: {} },
    { name: 'filtered', options: { types: ['patient_updated'] as const } },
  ].map(({ name, options }) => {
    const client = createClient({
      ...options,
      url: `ws://127.0.0.1:${middle.port}/ws`,
      getToken: () => tenant.clinician.token,
      WebSocket,
    });
    const heard: number[] = [];
    const states: State[] = [];
    client.on('*', (event) => {
      const seq = seqOf(event);
      if (seq !== undefined) heard.push(seq);
      if (event.type === 'resync_required') heard.push(Number.NaN);
    });
    client.onState((state) => void states.push(state));
    return { name, client, heard, states };
  });
  try {
    const live = () => watchers.every(({ client }) => client.state.status === 'live');
    for (const { client } of watchers) client.start();
    await eventually(live, { timeoutMs: SETTLE_MS, what: 'both clients live' });
    const starts = watchers.map(({ client }) => Number(client.position?.seq));
    middle.tamperedPercent = TAMPERED_PERCENT;
    const { token } = tenant.clinician;
    const Patient = z.looseObject({ id: z.string() });
    const created = await must(Patient, server, 'POST', '/patients', {
      token,
      body: { first_name: 'Ann', last_name: 'Number 0' },
    });
    for (let index = 1; index <= WRITES; index += 1) {
      if (random.next() < 0.5) {
        await must(Patient, server, 'PATCH', `/patients/${created.id}`, {
          token,
          body: { last_name: `Number ${index}` },
        });
      } else {
        await must(Patient, server, 'POST', '/patients', {
          token,
          body: { first_name: 'Ann', last_name: `Number ${index}` },
        });
      }
    }
    const total = WRITES + 1;
    await eventually(() => raw.frames.filter(({ seq }) => seq !== undefined).length === total, {
      timeoutMs: SETTLE_MS,
      what: 'every event at the raw client',
    });
    middle.tamperedPercent = 0;
    say(`tampered: ${JSON.stringify(middle.counts)}`);
    const rows = raw.frames.flatMap(({ seq, type }) => (seq === undefined ? [] : [{ seq, type }]));
    const last = Math.max(...rows.map(({ seq }) => seq));
    const settledMs = performance.now();
    await eventually(() => live() && watchers.every(({ client }) => Number(client.position?.seq) >= last), {
      timeoutMs: SETTLE_MS,
      what: 'both clients complete',
    }).catch((error: unknown) => say(String(error)));
    const findings = watchers.flatMap(({ name, client, heard }, index): Finding[] => {
      const wanted = rows
        .filter(
          ({ seq, type }) => seq > (starts[index] ?? 0) && (name === 'all' || type === 'patient_updated'),
        )
        .map(({ seq }) => seq);
      const lost = wanted.filter((seq) => !heard.includes(seq));
      const repeated = heard.filter((seq, at) => heard.indexOf(seq) !== at);
      const foreign = heard.filter((seq) => !wanted.includes(seq));
      return [
        ...lost.map((seq): Finding => ({ kind: 'lost', text: `${name}: event ${seq} was not delivered` })),
        ...repeated.map(
          (seq): Finding => ({ kind: 'repeated', text: `${name}: event ${seq} was delivered again` }),
        ),
        ...foreign.map((seq): Finding => ({ kind: 'foreign', text: `${name}: ${seq} was not asked for` })),
        ...(client.state.status === 'live'
          ? []
          : [
              { kind: 'unavailable' as const, text: `${name}: is ${client.state.status} and not live again` },
            ]),
      ];
    });
    const repairs = watchers.map(({ client }) => client.faults.incomplete);
    return {
      findings,
      measured: {
        tampered: `${middle.counts.dropped} dropped, ${middle.counts.swapped} swapped, ${middle.counts.repeated} repeated`,
        repairs: repairs.join(' and '),
        'complete after': `${((performance.now() - settledMs) / 1_000).toFixed(1)} s`,
      },
    };
  } finally {
    for (const { client } of watchers) client.stop();
    raw.ws.terminate();
    await middle.close();
    await server.stop();
    await database.remove();
  }
};

export const tamperingProxy: Scenario = {
  name: 'tampering-proxy',
  guarantee:
    'The SDK delivers every event once though a proxy drops, swaps and repeats frames on the way, and is live again after',
  isShort: true,
  run,
};
