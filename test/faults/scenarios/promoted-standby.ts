import { Clinic } from '../../integration/delivery/support/clinic.js';
import { startFaultProxy } from '../../support/fault-proxy.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { eventually } from '../../support/wait.js';
import { connectEventually } from '../support/connect-eventually.js';
import { judgeOneMessage } from '../support/one-message.js';
import type { Finding } from '../support/oracle.js';
import { openOwnDatabase } from '../support/own-database.js';
import { Postgres } from '../support/postgres.js';
import type { Scenario } from './scenario.js';

/** Pages that the first checkpoint of the promoted standby has to write, one every 0.1 s at most. */
const OTHER_EVENTS = 20_000;
const NOTICED_MS = 10_000;

/** The database fails over to a standby whose first checkpoint takes minutes. */
export const promotedStandby: Scenario = {
  name: 'promoted-standby',
  guarantee: 'Clients load again within seconds of a failover, however long the first checkpoint takes',
  isShort: false,
  run: async ({ say }) => {
    const slowCheckpoints = { checkpoint_timeout: '1h', max_wal_size: '10GB' };
    const primary = await Postgres.create(slowCheckpoints);
    const standby = await primary.createStandby(slowCheckpoints);
    const proxy = await startFaultProxy(primary.port);
    const before = openOwnDatabase(primary);
    const after = openOwnDatabase(standby);
    let server: RunningServer | undefined;
    const findings: Finding[] = [];
    try {
      server = await startServer({ database: { ownerUrl: proxy.through(primary.ownerUrl) } });
      const clinic = await Clinic.create(before);
      await clinic.emit(5);
      const isLevel = async () => {
        const [row] = await before.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
        const [answer] = await after.query<{ done: boolean }>(
          'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done',
          [row?.lsn],
        );
        return answer?.done;
      };
      // A standby that was promoted before its first restart point has no unlogged sequences (PostgreSQL 18).
      await before.query('CHECKPOINT');
      await eventually(isLevel, { what: 'the standby level with its primary' });
      await after.query('CHECKPOINT');
      await (await Clinic.create(before)).emit(OTHER_EVENTS);
      const socket = await connectEventually(server.wsUrl, { token: await clinic.token() });
      await eventually(isLevel, { what: 'the standby level with its primary' });
      say('failing over');
      await primary.kill();
      await after.query('SELECT pg_promote()');
      proxy.retarget(standby.port);
      proxy.cut();
      const startMs = performance.now();
      await eventually(
        () =>
          socket.frames.find(({ type, data }) => type === 'resync_required' && data?.['reason'] === 'epoch'),
        { timeoutMs: NOTICED_MS },
      ).catch(() => {
        findings.push({ kind: 'stale', text: 'the replaced history was served on' });
      });
      const noticedMs = performance.now() - startMs;
      const [checkpoint] = await after.query<{ timeline: number }>(
        'SELECT timeline_id AS timeline FROM pg_control_checkpoint()',
      );
      if (checkpoint?.timeline !== 1)
        findings.push({ kind: 'unavailable', text: 'the checkpoint was over before anything could be seen' });
      await socket.close();
      findings.push(...(await judgeOneMessage(server, after)));
      return { findings, measured: { 'told after': `${(noticedMs / 1_000).toFixed(1)} s` } };
    } finally {
      await server?.stop();
      await proxy.close();
      await before.drop();
      await after.drop();
      await standby.remove();
      await primary.remove();
    }
  },
};
