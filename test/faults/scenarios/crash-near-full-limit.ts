import { randomUUID } from 'node:crypto';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { Cluster, connectionIdOf, isOpen, seconds } from '../support/cluster.js';
import type { Scenario } from './scenario.js';

const LIMIT = 10;
const OPEN = 8;
/** A client that names its connection is not kept waiting; one that does not waits for a missed heartbeat. */
const NAMED_WITHIN_MS = 1_500;
const KNOWN_WITHIN_MS = 9_000;

/** The instance of nearly all of a clinic's clients is killed, and they all come back to another one. */
export const crashNearFullLimit: Scenario = {
  name: 'crash-near-full-limit',
  guarantee:
    'Clients of a crashed instance take over their own slots, so that a clinic near its limit is not locked out',
  isShort: true,
  run: async () => {
    const cluster = await Cluster.create();
    try {
      const [doomed, other] = [await cluster.start(), await cluster.start()];
      const tenantId = await cluster.createTenant(LIMIT);
      const people = await Promise.all(
        Array.from({ length: OPEN }, () =>
          mintToken({ role: 'clinician', tenantId, claims: { sid: randomUUID() } }),
        ),
      );
      const before = await Promise.all(
        people.map(async (token) => ({ token, socket: await cluster.tryConnect(doomed, token) })),
      );
      const ids = before.map(({ socket }) => connectionIdOf(socket));
      await doomed.kill('SIGKILL');
      const killedMs = performance.now();

      const measured: Record<string, string> = {};
      const back = await Promise.all(
        before
          .slice(0, OPEN / 2)
          .map(({ token }, index) => cluster.tryConnect(other, token, { previous: ids[index] ?? '' })),
      );
      measured['with the id of the connection'] = seconds(killedMs);
      const backMs = performance.now() - killedMs;
      if (!back.every(isOpen) || backMs > NAMED_WITHIN_MS) {
        const open = back.filter(isOpen).length;
        cluster.find(
          'unavailable',
          `${open} of ${back.length} who name their connection are back after ${backMs} ms`,
        );
      }
      // of somebody else, and so of no use
      const strangers = await Promise.all(
        [1, 2, 3].map(async () =>
          cluster.tryConnect(other, await mintToken({ role: 'clinician', tenantId }), {
            previous: ids[5] ?? '',
          }),
        ),
      );
      const unnamed = before.slice(OPEN / 2);
      const known = await Promise.all(
        unnamed.map(({ token }) =>
          eventually(
            async () => {
              const socket = await cluster.tryConnect(other, token);
              return isOpen(socket) ? socket : undefined;
            },
            { timeoutMs: 40_000, what: 'a slot of the same user and session' },
          ),
        ),
      );
      measured['by user and session'] = seconds(killedMs);
      if (performance.now() - killedMs > KNOWN_WITHIN_MS) {
        cluster.find('unavailable', `clients without an id were locked out for ${seconds(killedMs)}`);
      }
      const open = [...back, ...known, ...strangers].filter(isOpen).length;
      if (open > LIMIT) cluster.find('limit', `${open} sockets at a limit of ${LIMIT}`);

      // The other instance lives: whoever takes a slot over there ends the socket that had it.
      const [first] = back;
      const [token] = people;
      if (first && token) {
        await eventually(async () => isOpen(await cluster.tryConnect(other, token)) === false, {
          what: 'a full clinic',
        });
        const next = await cluster.tryConnect(other, token, { previous: connectionIdOf(first) });
        const { code } = await first.closed(1_000).catch(() => ({ code: 0 }));
        if (!isOpen(next) || code !== 4429)
          cluster.find('limit', `a slot was taken over and its socket closed ${code}`);
      }
      return { findings: cluster.findings, measured };
    } finally {
      await cluster.stop();
    }
  },
};
