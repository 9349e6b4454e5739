import { Backoff } from './backoff.js';
import type { ReplayHost } from './replay-host.js';
import type { Cursor, Session } from './session.js';

/** The position that a client asks to resume from. */
export interface ResumePoint {
  readonly epoch: string | undefined;
  readonly since: number | Readonly<Record<string, number>>;
}

type Point = readonly [tenantId: string, since: number];

/**
 * Moves the session's cursors to the position that its client asks for, or sends `resync_required` with the reason. A
 * number that this process has not seen is not necessarily wrong: the client may have read it from a list, or on
 * another instance, a moment ago. So the database is asked before a client is told to load again.
 */
export const resumeAt = async (
  session: Session,
  { epoch, since }: ResumePoint,
  host: ReplayHost,
): Promise<void> => {
  const points: readonly Point[] =
    typeof since === 'object'
      ? Object.entries(since)
      : session.tenantId === null
        ? []
        : [[session.tenantId, since]];
  const current = host.epoch;
  if (epoch !== current) {
    for (const [tenantId] of points) {
      host.sendResync(session, tenantId, 'epoch', session.cursors.get(tenantId)?.seq ?? 0);
    }
    return;
  }
  const unseen = points.filter((point) => !moveIfSeen(session, point, host));
  if (unseen.length === 0) return;
  const heads = await readHeads(session, unseen, host);
  // if history was replaced meanwhile, every session that is not waiting has been told
  if (host.epoch !== current) return;
  for (const point of unseen) moveOrResync(session, point, heads, host);
};

/** False when the position is past what this process has seen. */
const moveIfSeen = (session: Session, [tenantId, since]: Point, host: ReplayHost): boolean => {
  const cursor = session.cursors.get(tenantId);
  const channel = host.channel(tenantId);
  if (!cursor || !channel || since > Math.max(cursor.seq, channel.flushed)) return false;
  moveTo(cursor, since);
  return true;
};

const moveTo = (cursor: Cursor, since: number): void => {
  cursor.seq = since;
  cursor.from = since;
};

const readHeads = async (
  session: Session,
  points: readonly Point[],
  host: ReplayHost,
): Promise<ReadonlyMap<string, number>> => {
  const backoff = new Backoff();
  while (session.state === 'replaying') {
    try {
      return await host.catchUpToHeads(points.map(([tenantId]) => tenantId));
    } catch (error) {
      host.failed(error);
      await backoff.wait();
    }
  }
  return new Map();
};

const moveOrResync = (
  session: Session,
  [tenantId, since]: Point,
  heads: ReadonlyMap<string, number>,
  host: ReplayHost,
): void => {
  if (session.state !== 'replaying') return;
  const cursor = session.cursors.get(tenantId);
  const head = heads.get(tenantId) ?? 0;
  if (cursor && since <= head) return moveTo(cursor, since);
  if (cursor) cursor.seq = Math.max(cursor.seq, head); // older events are in the list that the client will load
  host.sendResync(session, tenantId, 'ahead', cursor?.seq ?? 0);
};
