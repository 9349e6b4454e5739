import { mintToken } from '../../support/tokens.js';
import { Cluster, seconds } from '../support/cluster.js';
import { FakeClock } from '../support/fake-clock.js';
import type { Scenario } from './scenario.js';

const HOUR_S = 3_600;
const TOKEN_S = 8;
const RESUME_S = 10;
const SLACK_S = 4;

/** Somebody sets the clock of the server's machine back. */
export const clockStep: Scenario = {
  name: 'clock-step',
  guarantee:
    'A clock that is put back by an hour stops no timeout: tokens, waits for resume and heartbeats end as if ' +
    'nothing had happened',
  isShort: true,
  needs: ['faketime'],
  run: async () => {
    const cluster = await Cluster.create();
    const clock = new FakeClock(false);
    try {
      const server = await cluster.start({ env: { ...clock.env, WEBSOCKET_HEARTBEAT_INTERVAL: '2' } });
      const tenantId = await cluster.createTenant();
      const token = (expiresInS: number) => mintToken({ role: 'clinician', tenantId, expiresInS });
      const startMs = performance.now();
      const short = await cluster.tryConnect(server, await token(TOKEN_S));
      const silent = await cluster.tryConnect(server, await token(900), { resume: 'inband' });
      const dead = await cluster.tryConnect(server, await token(900));
      dead.ws.pause(); // it answers no ping
      clock.shift(-HOUR_S);
      const measured: Record<string, string> = {};
      const expect = async (what: string, socket: typeof short, code: number, withinS: number) => {
        const closed = await socket.closed(withinS * 1_000).catch(() => ({ code: 0 }));
        measured[what] = seconds(startMs);
        if (closed.code !== code || performance.now() - startMs > withinS * 1_000)
          cluster.find('stale', `${what} ended with ${closed.code} after ${seconds(startMs)}`);
      };
      await Promise.all([
        expect('a token of 8 s', short, 4401, TOKEN_S + SLACK_S),
        expect('a wait for resume', silent, 4408, RESUME_S + SLACK_S),
      ]);
      dead.ws.resume();
      await expect('a client that answers no ping', dead, 4408, RESUME_S + 2 * SLACK_S);
      return { findings: cluster.findings, measured };
    } finally {
      await cluster.stop();
      clock.remove();
    }
  },
};
