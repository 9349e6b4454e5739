import { Clinic } from '../../integration/delivery/support/clinic.js';
import { scrape } from '../../integration/ws/scrape.js';
import type { TestDatabase } from '../../support/database.js';
import type { RunningServer } from '../../support/server.js';
import { eventually } from '../../support/wait.js';
import { connectEventually } from './connect-eventually.js';
import type { Finding } from './oracle.js';

const TYPE = 'one_message';

/**
 * After whatever happened: one event to the one client of a clinic is one message sent. A session that stayed behind
 * in the hub would be written to as well, and counted. Nobody else may be connected to the clinic.
 */
export async function judgeOneMessage(
  server: RunningServer,
  database: TestDatabase,
  clinic?: Clinic,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const own = clinic ?? (await Clinic.create(database));
  const before = await scrape(server);
  const socket = await connectEventually(server.wsUrl, { token: await own.token() });
  try {
    await own.emit(1, { type: TYPE });
    await socket.waitFor(TYPE);
    const after = await eventually(async () => {
      const samples = await scrape(server);
      return samples('websocket_messages_sent_total', { type: TYPE }) > 0 ? samples : undefined;
    });
    const sent = (samples: typeof after) => samples('websocket_messages_sent_total', { type: TYPE });
    const messages = sent(after) - sent(before);
    if (messages !== 1)
      findings.push({ kind: 'altered', text: `one event to one client counted as ${messages} messages` });
    const open = after('websocket_connections_total', { tenant_id: own.id });
    if (open !== 1)
      findings.push({ kind: 'altered', text: `one client of the clinic is counted as ${open} connections` });
  } finally {
    await socket.close();
  }
  return findings;
}
