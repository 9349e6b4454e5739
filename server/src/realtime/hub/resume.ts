import type { Channel, ResetReason } from './channel.js';
import { pause } from './pause.js';
import type { Cursor, Session } from './session.js';

const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;

/** Where a client says that it was. */
export interface ResumePoint {
  readonly epoch: string | undefined;
  readonly since: number | Readonly<Record<string, number>>;
}

export interface ResumePorts {
  /** The name of the history that positions are valid in. */
  epoch(): string;
  channel(tenantId: string): Channel | undefined;
  /** Asks the database for the newest number of each of these tenants and lets their channels know. */
  hearHeads(tenantIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  resync(session: Session, tenantId: string, reason: ResetReason | 'ahead', seq: number): void;
  failed(error: unknown): void;
}

type Point = readonly [tenantId: string, since: number];

/**
 * Moves a session to where its client was, or tells it why not. A number that this process has not heard of
 * need not be made up: the client may have read it from a list, or on another instance, a moment ago. So the
 * database is asked before anybody is told to load again.
 */
export const place = async (
  session: Session,
  { epoch, since }: ResumePoint,
  ports: ResumePorts,
): Promise<void> => {
  const points: readonly Point[] =
    typeof since === 'object'
      ? Object.entries(since)
      : session.tenantId === null
        ? []
        : [[session.tenantId, since]];
  const current = ports.epoch();
  if (epoch !== current) {
    for (const [tenantId] of points) {
      ports.resync(session, tenantId, 'epoch', session.cursors.get(tenantId)?.seq ?? 0);
    }
    return;
  }
  const unknown = points.filter((point) => !moved(session, point, ports));
  if (unknown.length === 0) return;
  const heads = await askHeads(session, unknown, ports);
  // a history that was replaced meanwhile has been told to every session that is not waiting
  if (ports.epoch() !== current) return;
  for (const point of unknown) settle(session, point, heads, ports);
};

/** False when the position is past what this process knows. */
const moved = (session: Session, [tenantId, since]: Point, ports: ResumePorts): boolean => {
  const cursor = session.cursors.get(tenantId);
  const channel = ports.channel(tenantId);
  if (!cursor || !channel || since > Math.max(cursor.seq, channel.flushed)) return false;
  moveTo(cursor, since);
  return true;
};

const moveTo = (cursor: Cursor, since: number): void => {
  cursor.seq = since;
  cursor.from = since;
};

const askHeads = async (
  session: Session,
  points: readonly Point[],
  ports: ResumePorts,
): Promise<ReadonlyMap<string, number>> => {
  for (
    let retryMs = RETRY_MIN_MS;
    session.state === 'replaying';
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS)
  ) {
    try {
      return await ports.hearHeads(points.map(([tenantId]) => tenantId));
    } catch (error) {
      ports.failed(error);
      await pause(retryMs);
    }
  }
  return new Map();
};

const settle = (
  session: Session,
  [tenantId, since]: Point,
  heads: ReadonlyMap<string, number>,
  ports: ResumePorts,
): void => {
  if (session.state !== 'replaying') return;
  const cursor = session.cursors.get(tenantId);
  const head = heads.get(tenantId) ?? 0;
  if (cursor && since <= head) return moveTo(cursor, since);
  if (cursor) cursor.seq = Math.max(cursor.seq, head); // what is older is in the list that will be loaded
  ports.resync(session, tenantId, 'ahead', cursor?.seq ?? 0);
};
