import { type Role, topicOf, viewEventData, viewOf } from '@wardbell/contract';
import { type Deed, isConsequence, type LogRow, signatureOf } from './ledger.js';
import type { Claim } from './raw-viewer.js';
import type { Span } from './spans.js';
import type { Frame, Segment, Viewer } from './subscriber.js';
import { CANARY } from './writer.js';

/** What is wrong, in words that help to find it. */
export interface Finding {
  /**
   * `stale`: a client was shown as live while it lacked events. `limit`: more sockets than allowed.
   * `unavailable`: something that had to work did not, or not in time.
   */
  readonly kind: 'lost' | 'repeated' | 'foreign' | 'altered' | 'stale' | 'limit' | 'unavailable';
  readonly text: string;
}

type Rows = ReadonlyMap<string, readonly LogRow[]>;

/** Names that a role must not find in any frame, whatever the server's own table says. */
const FORBIDDEN: Readonly<Record<Role, readonly string[]>> = {
  clinician: [],
  tenant_admin: [],
  front_desk: ['notes', 'reason'],
  super_admin: [
    'notes',
    'reason',
    'first_name',
    'last_name',
    'phone',
    'email',
    'mrn',
    'birth_date',
    'message',
  ],
};

/** May this viewer see this event? Said again here, not asked of the server's code. */
export const isVisible = (viewer: Viewer, row: LogRow): boolean => {
  if (viewer.tenantId !== null && viewer.tenantId !== row.tenantId) return false;
  if (viewer.topics && !viewer.topics.includes(topicOf(row.type))) return false;
  if (viewer.types && !viewer.types.includes(row.type)) return false;
  const { user_ids: userIds, roles } = row.audience ?? {};
  if (viewer.role === 'super_admin') return !userIds && !roles;
  if (userIds) return userIds.includes(viewer.userId);
  return !roles || roles.includes(viewer.role);
};

/** Compares what a client was told with the committed rows: equal, no gap, no repeat, nothing of others. */
export const judgeStream = (viewer: Viewer, segments: readonly Segment[], rows: Rows): Finding[] =>
  segments.flatMap((segment) => judgeSegment(viewer, segment, rows));

const judgeSegment = (viewer: Viewer, segment: Segment, rows: Rows): Finding[] => {
  const { tenantId, after, frames, isClosed } = segment;
  const findings: Finding[] = [];
  const say = (kind: Finding['kind'], seq: number, text: string): void => {
    findings.push({ kind, text: `${viewer.name}: event ${seq} of ${tenantId} ${text}` });
  };
  if (viewer.tenantId !== null && tenantId !== viewer.tenantId) {
    for (const { seq } of frames) say('foreign', seq, 'belongs to another tenant');
    return findings;
  }
  const log = rows.get(tenantId) ?? [];
  const bySeq = new Map(log.map((row) => [row.seq, row]));
  const received = new Set<number>();
  let last = after;
  for (const frame of frames) {
    const row = bySeq.get(frame.seq);
    if (received.has(frame.seq)) say('repeated', frame.seq, 'came again');
    else if (frame.seq <= last) say('repeated', frame.seq, `came after ${last}`);
    else if (!row) say('altered', frame.seq, 'was never committed');
    else if (!isVisible(viewer, row)) say('foreign', frame.seq, `(${row.type}) is not for this viewer`);
    else for (const finding of differences(viewer, frame, row)) say(...finding);
    received.add(frame.seq);
    last = Math.max(last, frame.seq);
  }
  const end = isClosed ? last : Number.POSITIVE_INFINITY;
  for (const row of log) {
    if (row.seq <= after || row.seq > end || received.has(row.seq) || !isVisible(viewer, row)) continue;
    say('lost', row.seq, `(${row.type}) never came`);
  }
  return findings;
};

const differences = (
  viewer: Viewer,
  { seq, body }: Frame,
  row: LogRow,
): (readonly [Finding['kind'], number, string])[] => {
  const found: (readonly [Finding['kind'], number, string])[] = [];
  const { type, id, tenantId, timestamp, actorId, cloudEvent } = row;
  const expected = {
    type,
    id,
    seq,
    tenant_id: tenantId,
    timestamp,
    ...(actorId === null || viewer.role === 'super_admin' ? {} : { actor_id: actorId }),
    ...(cloudEvent === undefined || viewer.role === 'super_admin' ? {} : { cloud_event: cloudEvent }),
    data: viewEventData(type, row.data, viewOf(viewer.role)),
  };
  const text = canonical(body);
  if (text !== canonical(expected)) found.push(['altered', seq, `is not what was committed: ${type}`]);
  const names = Object.keys(body['data'] instanceof Object ? body['data'] : {});
  for (const name of FORBIDDEN[viewer.role])
    if (names.includes(name)) found.push(['foreign', seq, `shows ${name}`]);
  if (FORBIDDEN[viewer.role].length > 0 && text.includes(CANARY))
    found.push(['foreign', seq, 'shows clinical text']);
  return found;
};

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner instanceof Object && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** Each acknowledged write has exactly one event, each unknown one at most one, each event a write. */
export const judgeWrites = (deeds: readonly Deed[], rows: Rows): Finding[] => {
  const findings: Finding[] = [];
  const counts = new Map<string, number>();
  const keyOf = (tenantId: string, signature: string): string => `${tenantId} ${signature}`;
  for (const row of [...rows.values()].flat()) {
    if (isConsequence(row)) continue;
    const key = keyOf(row.tenantId, signatureOf(row));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const { tenantId, signature, outcome } of deeds) {
    const key = keyOf(tenantId, signature);
    const count = counts.get(key) ?? 0;
    counts.delete(key);
    if (outcome === 'acknowledged' && count === 0)
      findings.push({ kind: 'lost', text: `write ${signature} was acknowledged and has no event` });
    if (count > 1) findings.push({ kind: 'repeated', text: `write ${signature} has ${count} events` });
    if (outcome === 'undone' && count > 0)
      findings.push({ kind: 'altered', text: `write ${signature} was undone and has an event` });
  }
  for (const key of counts.keys())
    findings.push({ kind: 'altered', text: `event ${key} was written by nobody` });
  return findings;
};

/** Numbers of each tenant's log are 1, 2, 3, … up to its head. */
export const judgeNumbers = (rows: Rows, heads: ReadonlyMap<string, number>): Finding[] => {
  const findings: Finding[] = [];
  for (const [tenantId, head] of heads) {
    const log = rows.get(tenantId) ?? [];
    const hole = log.findIndex((row, index) => row.seq !== index + 1);
    if (hole !== -1) findings.push({ kind: 'lost', text: `${tenantId} has no number ${hole + 1}` });
    else if (log.length !== head)
      findings.push({ kind: 'lost', text: `${tenantId} has ${log.length} events and head ${head}` });
  }
  return findings;
};

/** The list on the screen is the list in the database. */
export const judgeList = (
  viewer: Viewer,
  shown: readonly { readonly id: string; readonly version: number }[] | undefined,
  committed: ReadonlyMap<string, number>,
): Finding[] => {
  if (!shown) return [{ kind: 'lost', text: `${viewer.name}: no list was ever shown` }];
  const findings: Finding[] = [];
  const versions = new Map(shown.map(({ id, version }) => [id, version]));
  if (versions.size !== shown.length)
    findings.push({ kind: 'repeated', text: `${viewer.name}: a patient stands in the list twice` });
  for (const [id, version] of committed) {
    const seen = versions.get(id);
    if (seen !== version)
      findings.push({ kind: 'lost', text: `${viewer.name}: patient ${id} is ${seen}, not ${version}` });
  }
  for (const id of versions.keys())
    if (!committed.has(id))
      findings.push({ kind: 'altered', text: `${viewer.name}: patient ${id} was deleted and is shown` });
  return findings;
};

/** Users that a watcher believes online are those that are connected. */
export const judgePresence = (
  watcher: string,
  believed: ReadonlySet<string> | undefined,
  connected: ReadonlySet<string>,
): Finding[] => {
  if (!believed) return [{ kind: 'unavailable', text: `${watcher} is not connected in the end` }];
  return [
    ...[...connected]
      .filter((user) => !believed.has(user))
      .map((user) => ({ kind: 'stale' as const, text: `${watcher}: ${user} is connected and not online` })),
    ...[...believed]
      .filter((user) => !connected.has(user))
      .map((user) => ({
        kind: 'stale' as const,
        text: `${watcher}: ${user} is online without a connection`,
      })),
  ];
};

/** When the oracle saw a tenant's head, in the order of time. */
export type ObservedHeads = ReadonlyMap<string, readonly { readonly seq: number; readonly atMs: number }[]>;

/**
 * An instance that is paused between its check and the write of a `position` sends it after the pause, and `stale` or
 * the events within its next check, 250 ms later. Twice that on a busy machine.
 */
const LATE_POSITION_MS = 500;

/**
 * A client that is shown as live, or whose stream the server vouches for, has every event that the oracle saw committed
 * more than `maxMs` ago.
 */
export const judgeFreshness = (
  viewer: Viewer,
  segments: readonly Segment[],
  vouched: readonly Span[],
  observed: ObservedHeads,
  rows: Rows,
  maxMs: number,
): Finding[] => {
  let worstMs = 0;
  let count = 0;
  for (const [tenantId, heads] of observed) {
    const own = segments.filter((segment) => segment.tenantId === tenantId);
    const [first] = own;
    if (!first || own.some(({ isClosed }) => isClosed)) continue;
    const cameMs = new Map(own.flatMap(({ frames }) => frames.map(({ seq, atMs }) => [seq, atMs])));
    let at = 0;
    for (const row of rows.get(tenantId) ?? []) {
      if (row.seq <= first.after || !isVisible(viewer, row)) continue;
      while (at < heads.length && (heads[at]?.seq ?? 0) < row.seq) at += 1;
      const seen = heads[at];
      if (!seen) break;
      const dueMs = seen.atMs + maxMs;
      const lateMs = Math.max(0, ...vouched.map((span) => overlapMs(span, dueMs, cameMs.get(row.seq))));
      if (lateMs <= LATE_POSITION_MS) continue;
      count += 1;
      worstMs = Math.max(worstMs, lateMs);
    }
  }
  if (count === 0) return [];
  const text = `${viewer.name}: passed as complete without ${count} events, ${Math.round(worstMs)} ms too long`;
  return [{ kind: 'stale', text }];
};

const overlapMs = (span: Span, fromMs: number, untilMs = Number.POSITIVE_INFINITY): number =>
  Math.max(0, Math.min(span.untilMs, untilMs) - Math.max(span.fromMs, fromMs));

/** What the server said of a raw client's stream was so: nothing up to that number was missing, and the count is right. */
export const judgeClaims = (
  viewer: Viewer,
  { after, frames }: Segment,
  claims: readonly Claim[],
  rows: readonly LogRow[],
): Finding[] => {
  const visible = rows.filter((row) => row.seq > after && isVisible(viewer, row));
  return claims.flatMap(({ kind, seq, count, received, receivedInAll }): Finding[] => {
    const due = visible.filter((row) => row.seq <= seq).length;
    const had = frames.slice(0, receivedInAll).filter((frame) => frame.seq <= seq).length;
    return [
      ...(had < due
        ? [
            {
              kind: 'lost' as const,
              text: `${viewer.name}: ${kind} ${seq} came with ${had} of ${due} events`,
            },
          ]
        : []),
      ...(count !== received
        ? [
            {
              kind: 'altered' as const,
              text: `${viewer.name}: ${kind} ${seq} counts ${count} events, ${received} came`,
            },
          ]
        : []),
    ];
  });
};

/** How many sockets were open at a limit, as it was looked at. */
export interface LimitSample {
  readonly atMs: number;
  readonly open: number;
  /** An instance or the database stood still, or was cut off: it can close nothing. */
  readonly isBroken: boolean;
}

/** Sockets above a limit are closed within `maxMs`, counted while everything runs. */
export const judgeLimit = (samples: readonly LimitSample[], limit: number, maxMs: number): Finding[] => {
  let sinceMs: number | undefined;
  for (const { atMs, open, isBroken } of samples) {
    if (isBroken || open <= limit) sinceMs = undefined;
    else sinceMs ??= atMs;
    if (sinceMs !== undefined && atMs - sinceMs > maxMs)
      return [{ kind: 'limit', text: `${open} sockets at a limit of ${limit} for more than ${maxMs} ms` }];
  }
  return [];
};
