import { call } from '../../support/http.js';
import { createTenant, signIn } from '../../support/tenant.js';
import { eventually } from '../../support/wait.js';
import { Cluster, isClosed } from '../support/cluster.js';
import { SlowAnswers } from '../support/slow-answers.js';
import type { Scenario } from './scenario.js';

/** Longer than the sweep that finds the order (700 ms), shorter than what makes the instance stop sending. */
const HOLD_MS = 1_800;
const ROUNDS = 2;

/** The database says that a session is good; before its answer arrives the session is logged out elsewhere. */
export const refreshRacesLogout: Scenario = {
  name: 'refresh-races-logout',
  guarantee:
    'A socket does not adopt a session that was logged out while the database’s answer was under way',
  isShort: true,
  run: async () => {
    const cluster = await Cluster.create();
    const slow = await SlowAnswers.listen(cluster.postgres.ownerUrl, HOLD_MS);
    try {
      const other = await cluster.start();
      const server = await cluster.start({ database: slow });
      const tenant = await createTenant(other);
      const { email, password, token } = tenant.clinician;
      for (let round = 0; round < ROUNDS; round++) {
        const socket = await cluster.tryConnect(server, token);
        const newToken = await signIn(other, email, password);
        slow.pattern = /principal_verdict/;
        const before = slow.count;
        socket.send({ type: 'refresh', token: newToken });
        await eventually(() => slow.count > before, { what: 'the question to the database' });
        await call(other.url, 'POST', '/auth/logout', { token: newToken });
        await eventually(() => isClosed(socket) || socket.frames.some(({ type }) => type === 'refreshed'), {
          what: 'an answer to the refresh',
        });
        slow.pattern = undefined;
        const closed = await socket.closed(3_000).catch(() => undefined);
        if (closed?.code !== 4403) {
          cluster.find('foreign', `round ${round}: a socket lives on a session that was logged out`);
        }
      }
      return { findings: cluster.findings, measured: { rounds: String(ROUNDS) } };
    } finally {
      await cluster.stop();
      slow.close();
    }
  },
};
