import { setTimeout as delay } from 'node:timers/promises';
import type { TestSocket } from '../../support/socket.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { Cluster, isOpen, seconds } from '../support/cluster.js';
import type { Scenario } from './scenario.js';

const LIMIT = 10;
const WITHIN_MS = 1_000;

/** An instance stands still until the others give its slots away, and then goes on. */
export const zombie: Scenario = {
  name: 'zombie',
  guarantee:
    'An instance that was given up and goes on keeps the sockets that have a slot and closes the rest with 4429',
  isShort: false,
  run: async ({ say }) => {
    const cluster = await Cluster.create();
    try {
      const [frozen, other] = [await cluster.start(), await cluster.start()];
      const [full, half] = [await cluster.createTenant(LIMIT), await cluster.createTenant(LIMIT)];
      const token = (tenantId: string) => mintToken({ role: 'clinician', tenantId });
      const open = async (server: typeof frozen, tenantId: string, count: number) =>
        Promise.all(
          Array.from({ length: count }, async () => cluster.tryConnect(server, await token(tenantId))),
        );
      const ofFull = await open(frozen, full, LIMIT);
      const ofHalf = await open(frozen, half, LIMIT);
      await delay(25_000); // until silence of 20 s can be told from a database that has just started

      frozen.process.kill('SIGSTOP');
      say('frozen');
      const young: TestSocket[] = [];
      await eventually(
        async () => {
          young.push(...(await open(other, full, LIMIT - young.length)).filter(isOpen));
          return young.length === LIMIT;
        },
        { timeoutMs: 60_000, what: 'slots of the frozen instance' },
      );
      const youngOfHalf = await open(other, half, LIMIT / 2);
      const all = [...ofFull, ...young];
      const allOfHalf = [...ofHalf, ...youngOfHalf];
      say(`frozen ones: ${all.filter(isOpen).length} of ${LIMIT}`);
      frozen.process.kill('SIGCONT');
      const thawedMs = performance.now();
      const isExact = () => all.filter(isOpen).length === LIMIT && allOfHalf.filter(isOpen).length === LIMIT;
      await eventually(isExact, { timeoutMs: 20_000, what: 'the limit' }).catch(() => undefined);
      const measured = { 'within the limit after': isExact() ? seconds(thawedMs) : 'never' };
      if (performance.now() - thawedMs > WITHIN_MS || !isExact()) {
        cluster.find(
          'limit',
          `${all.filter(isOpen).length} and ${allOfHalf.filter(isOpen).length} sockets at a limit of ${LIMIT}`,
        );
      }
      if (!young.every(isOpen)) cluster.find('unavailable', 'a socket that was rightly admitted was closed');
      for (const socket of ofFull) {
        const { code } = await socket.closed(1_000).catch(() => ({ code: 0 }));
        if (code !== 4429) cluster.find('limit', `a socket above the limit was closed with ${code}`);
      }
      return { findings: cluster.findings, measured };
    } finally {
      await cluster.stop();
    }
  },
};
