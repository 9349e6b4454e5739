import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { Cluster } from '../support/cluster.js';
import { Random } from '../support/random.js';
import type { Scenario } from './scenario.js';

/** Numbers that JavaScript cannot keep, or would write in another way. */
const KNOWN = ['9007199254740993', '123456789012345678901234567890', '1.10', '1e-7', '1e400', '-0.0'];
const DRAWN = 20;

/** So many digits that a double cannot hold them, with a point somewhere. */
const drawNumber = (random: Random): string => {
  const digits = Array.from({ length: random.between(17, 40) }, () => random.between(0, 9)).join('');
  return `${random.between(1, 9)}${digits}.${digits.slice(0, random.between(1, 30))}0`;
};

/** Measurements and identifiers as other systems write them. */
export const exactNumbers: Scenario = {
  name: 'exact-numbers',
  guarantee:
    'The numbers of an event reach clients byte for byte as the log holds them: live, resumed, and over HTTP',
  isShort: true,
  run: async ({ seed }) => {
    const random = new Random(seed);
    const numbers = [...KNOWN, ...Array.from({ length: DRAWN }, () => drawNumber(random))];
    const data = `{"numbers": [${numbers.join(', ')}]}`;
    const cluster = await Cluster.create();
    try {
      const server = await cluster.start();
      const tenantId = await cluster.createTenant();
      const token = await mintToken({ role: 'tenant_admin', tenantId });
      const live = await cluster.tryConnect(server, token);
      const epoch = String(live.frames[0]?.data?.['epoch']);
      await cluster.query('SELECT wardbell.emit($1, $2, $3)', [tenantId, 'emitted', data]);
      const [row] = await cluster.query<{ held: string; sent: string }>(
        'SELECT data::text AS held, $2::jsonb::text AS sent FROM wardbell.outbox WHERE tenant_id = $1',
        [tenantId, data],
      );
      if (row?.held !== row?.sent) cluster.find('altered', 'the log holds other numbers than were emitted');
      await eventually(() => live.events.length === 1, { what: 'the event' });
      const resumed = await cluster.tryConnect(server, token, { since: '0', epoch });
      await eventually(() => resumed.events.length === 1, { what: 'the event, resumed' });
      const answer = await fetch(`${server.url}/api/v1/events?since=0`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const texts = {
        live: live.texts.join('\n'),
        resumed: resumed.texts.join('\n'),
        'over HTTP': await answer.text(),
      };
      for (const [way, text] of Object.entries(texts)) {
        if (!text.includes(`"data":${row?.sent}}`)) cluster.find('altered', `numbers were altered ${way}`);
      }
      return { findings: cluster.findings, measured: { numbers: String(numbers.length) } };
    } finally {
      await cluster.stop();
    }
  },
};
