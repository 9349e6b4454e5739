import type { Topic } from '@wardbell/contract';
import type { Framing } from './framing.js';
import type { Session } from './session.js';

/**
 * Sends frames that are in no log, of one type, to those sessions that have subscribed to them. Bytes are encoded once
 * for each framing. A session that does not drain gets them as well: they cannot be replayed, and it is closed if it
 * takes no data for 30 s.
 * @returns the number of sessions
 */
export const sendLive = (
  sessions: Iterable<Session>,
  topic: Topic,
  type: string,
  data: readonly object[],
): number => {
  const runs = new Map<Framing, Buffer>();
  let count = 0;
  for (const session of sessions) {
    const { topics, types, framing } = session.subscription;
    if (session.state === 'waiting' || session.state === 'closed') continue;
    if (!topics.has(topic) || (types !== null && !types.has(type))) continue;
    let run = runs.get(framing);
    if (run === undefined) {
      run = Buffer.concat(data.map((each) => framing.control({ type, data: each })));
      runs.set(framing, run);
    }
    session.sendRun(run, type, data.length);
    count++;
  }
  return count;
};
