import { setTimeout as delay } from 'node:timers/promises';
import { parseSamples } from '../../integration/ws/scrape.js';
import { eventually } from '../../support/wait.js';
import { toEpoch } from './health-watcher.js';
import { judgeBadge, judgeNotices } from './notice-oracle.js';
import {
  type Finding,
  judgeClaims,
  judgeFreshness,
  judgeLimit,
  judgeList,
  judgeNumbers,
  judgePresence,
  judgeStream,
  judgeWrites,
} from './oracle.js';
import type { RawViewer } from './raw-viewer.js';
import {
  countDeadLetters,
  countMovingNotices,
  readCounts,
  readHeads,
  readLog,
  readNotices,
  readPatients,
  settledSlots,
} from './read-database.js';
import type { RunResult } from './run.js';
import { LIMIT, type Scene, type SdkClient } from './scene.js';
import type { Segment, Subscriber } from './subscriber.js';
import { until } from './until.js';
import { CANARY } from './writer.js';

/** Everything is whole again: so long may it take until every client is live and level. */
const CONVERGE_MS = 90_000;
const COUNTED_MS = 60_000;
/** Without a new event for so long, everything has its event: deliveries take 0.25 s, progress another 0.4 s. */
const REST_MS = 1_500;
/** 15 s until another instance takes over, 6 s until an attempt is repeated, and then event after event. */
const WEBHOOKS_MS = 90_000;
/** Offline 10 s after the last connection, or within 30 s after an instance died. */
const PRESENCE_MS = 40_000;
/** A step begins within this time, when instances and database work. */
const NOTICE_LATE_MS = 1_000;
/** What a busy machine may add to a promise. */
const SLACK_MS = 3_000;
/** The last time after a commit at which a server sends `position` although it has not compared heads since. */
const LAST_POSITION_MS = 3_000;
/** A `position` holds for 5 s: so long may a frozen instance, which sends no `stale`, be believed. */
const SERVER_VOUCHES_MS = LAST_POSITION_MS + 5_000 + SLACK_MS;
/** The SDK shows live for at most 8 s after the last `position`. */
const SDK_VOUCHES_MS = LAST_POSITION_MS + 8_000 + SLACK_MS;
/** A thawed instance closes within a second what is above a limit, if it reaches the database. */
const ABOVE_LIMIT_MS = 1_000 + SLACK_MS;

/** Waits until everything has come to rest, and compares it with the committed rows. */
export async function judge(scene: Scene): Promise<Omit<RunResult, 'seed' | 'faults'>> {
  const { clients, raws, pollers, tenantIds, ledger, instances, postgres, watcher, seekers, floods } = scene;
  const { webhooks, presences, brokerFeed } = scene;
  const findings: Finding[] = [];
  await until(() => brokerFeed.isDelivered, CONVERGE_MS, 'delivered').catch(() =>
    findings.push({ kind: 'lost', text: 'the broker has messages that no instance took' }),
  );
  const notices = scene.crews.flatMap((crew) => crew.notices);
  let heads = await readHeads(postgres, tenantIds);
  const committed = await readPatients(postgres);
  const isLevel = ({ subscriber }: SdkClient): boolean => {
    const { viewer, position } = subscriber;
    if (!subscriber.isLive || position === null) return false;
    const at = (tenantId: string): number =>
      typeof position.seq === 'number' ? position.seq : (position.seq[tenantId] ?? 0);
    const tenants = viewer.tenantId === null ? tenantIds : [viewer.tenantId];
    return tenants.every((tenantId) => at(tenantId) >= (heads.get(tenantId) ?? 0));
  };
  const listOf = (subscriber: Subscriber): Finding[] => {
    const { viewer, list } = subscriber;
    if (viewer.tenantId === null || viewer.topics || viewer.types) return [];
    return judgeList(viewer, list?.rows, committed.get(viewer.tenantId) ?? new Map());
  };
  const isRawLevel = (raw: RawViewer): boolean =>
    raw.isOpen && raw.seq >= (heads.get(raw.viewer.tenantId) ?? 0);
  const open = (): number => seekers.filter(({ isIn }) => isIn).length;
  const isAllLevel = (): boolean =>
    clients.every(isLevel) && [...raws, ...pollers].every(isRawLevel) && open() === LIMIT;
  await until(isAllLevel, CONVERGE_MS, 'level').catch(() => undefined);
  // a notice goes on until somebody acknowledges, and its progress is told when a client that was away gets it
  const isAtRest = async (): Promise<boolean> => {
    await delay(REST_MS);
    const [before, now] = [heads, await readHeads(postgres, tenantIds)];
    heads = now;
    const isSame = [...now].every(([tenantId, seq]) => before.get(tenantId) === seq);
    return isSame && (await countMovingNotices(postgres)) === 0 && isAllLevel();
  };
  await eventually(isAtRest, { timeoutMs: CONVERGE_MS }).catch(() =>
    findings.push({ kind: 'unavailable', text: 'notices or clients have not come to rest' }),
  );
  await until(
    () =>
      clients.every(({ subscriber }) => subscriber.list?.live !== false && listOf(subscriber).length === 0),
    CONVERGE_MS / 3,
    'lists',
  ).catch(() => undefined);

  const rows = await readLog(postgres);
  findings.push(...judgeNumbers(rows, heads), ...judgeWrites(ledger.deeds, rows));
  const troubles = [...scene.health.troubles, ...scene.troubles.map(toEpoch)];
  const judged = judgeNotices(
    notices,
    await readNotices(postgres),
    rows,
    troubles,
    NOTICE_LATE_MS + SLACK_MS + watcher.blindMs,
  );
  findings.push(...judged.findings);
  for (const { people, parts } of scene.crews)
    for (const { sub } of people)
      findings.push(
        ...judgeBadge(sub, rows.get(parts.tenantId) ?? [], await readCounts(postgres, parts.tenantId, sub)),
      );
  for (const text of ledger.surprises) findings.push({ kind: 'altered', text });
  for (const { output } of instances)
    if (output.includes(CANARY)) findings.push({ kind: 'foreign', text: 'a log line shows clinical text' });
  for (const client of clients) {
    const { subscriber, isTampered } = client;
    const { viewer, segments, faults, stopReason } = subscriber;
    const read = isTampered ? segments.map(inOrder) : segments;
    findings.push(...judgeStream(viewer, read, rows), ...listOf(subscriber));
    if (!isLevel(client))
      findings.push({ kind: 'lost', text: `${viewer.name} is not live and level: ${stopReason ?? 'waits'}` });
    if (isTampered) continue; // what the proxy took away the SDK has to notice, and cannot at once
    const spans = subscriber.liveSpans.all();
    const maxMs = SDK_VOUCHES_MS + watcher.blindMs;
    findings.push(...judgeFreshness(viewer, segments, spans, watcher.heads, rows, maxMs));
    for (const [kind, count] of Object.entries(faults))
      if (count > 0)
        findings.push({
          kind: kind === 'incomplete' ? 'lost' : 'repeated',
          text: `${viewer.name}: the SDK counted ${kind} ${count} times`,
        });
  }
  for (const raw of [...raws, ...pollers]) {
    const { viewer, segments, claims, vouched } = raw;
    const own = rows.get(viewer.tenantId) ?? [];
    const maxMs = SERVER_VOUCHES_MS + watcher.blindMs;
    findings.push(
      ...judgeStream(viewer, segments, rows),
      ...judgeList(viewer, raw.rows, committed.get(viewer.tenantId) ?? new Map()),
      ...segments.flatMap((segment) => judgeClaims(viewer, segment, claims, own)),
      ...judgeFreshness(viewer, segments, vouched.all(), watcher.heads, rows, maxMs),
    );
    if (!isRawLevel(raw)) findings.push({ kind: 'lost', text: `${viewer.name} is at ${raw.seq} in the end` });
    if (raw.resyncs > 0)
      findings.push({ kind: 'lost', text: `${viewer.name}: told to load again without a reason` });
  }
  for (const sink of webhooks) {
    const judgeSink = () => judgeStream(sink.viewer, [sink.segment], rows);
    await until(() => judgeSink().length === 0, WEBHOOKS_MS, sink.viewer.name).catch(() => undefined);
    findings.push(...judgeSink());
  }
  const deadLetters = await countDeadLetters(postgres);
  if (deadLetters > 0) findings.push({ kind: 'lost', text: `${deadLetters} events are dead letters` });
  for (const poller of pollers) poller.stop();
  const viewers = [...clients.map(({ subscriber }) => subscriber), ...raws].map(({ viewer }) => viewer);
  for (const watching of presences) {
    const { tenantId, userId } = watching.parts;
    const connected = new Set([
      userId,
      ...viewers.filter((viewer) => viewer.tenantId === tenantId).map((viewer) => viewer.userId),
    ]);
    const judgeOne = () => judgePresence(`presence of ${tenantId}`, watching.online, connected);
    await until(() => judgeOne().length === 0, PRESENCE_MS, 'presence').catch(() => undefined);
    findings.push(...judgeOne());
  }
  findings.push(...judgeLimit(watcher.samples, LIMIT, ABOVE_LIMIT_MS + watcher.blindMs));
  if (open() !== LIMIT)
    findings.push({ kind: 'unavailable', text: `${open()} of ${LIMIT} slots are taken in the end` });
  const flooding = floods.filter(({ ended }) => !ended).length;
  if (flooding > 0)
    findings.push({ kind: 'limit', text: `${flooding} sockets that flooded were not closed` });
  const sockets = clients.length + raws.length + presences.length + LIMIT;
  const slots = await settledSlots(postgres, sockets);
  if (slots !== sockets) findings.push({ kind: 'altered', text: `${sockets} sockets take ${slots} slots` });
  let counted: number[] = [];
  const isCounted = async (): Promise<boolean> => {
    counted = await Promise.all(instances.map(({ port }) => countedSockets(port)));
    return counted.reduce((sum, count) => sum + count, 0) === sockets;
  };
  await eventually(isCounted, { timeoutMs: COUNTED_MS }).catch(() =>
    findings.push({ kind: 'altered', text: `${sockets} sockets are counted as ${counted.join(' + ')}` }),
  );
  const resyncs = new Map<string, number>();
  for (const { subscriber } of clients)
    for (const [why, count] of subscriber.resyncs) resyncs.set(why, (resyncs.get(why) ?? 0) + count);
  // nothing in a run replaces or drops history, so nobody has a reason to load again
  for (const [why, count] of resyncs)
    findings.push({ kind: 'lost', text: `${count} times resync_required (${why}) without a reason` });
  return {
    findings,
    events: [...rows.values()].reduce((sum, log) => sum + log.length, 0),
    clients: clients.length + raws.length + pollers.length,
    rawClients: raws.length + pollers.length,
    webhookDeliveries: webhooks.reduce((sum, { delivered }) => sum + delivered, 0),
    brokerMessages: brokerFeed.sent,
    notices: notices.length,
    latenessMs: judged.latenessMs,
    delivered: [...clients.map(({ subscriber }) => subscriber), ...raws, ...pollers]
      .flatMap(({ segments }) => segments)
      .reduce((sum, { frames }) => sum + frames.length, 0),
    resyncs,
    recoveriesMs: clients.flatMap(({ subscriber }) => subscriber.recoveriesMs.slice(1)),
  };
}

/** An event that the proxy took away comes when its lack is noticed, after others: each once is what can be asked. */
const inOrder = (segment: Segment): Segment => ({
  ...segment,
  frames: segment.frames.toSorted((a, b) => a.seq - b.seq),
});

/** Sockets that an instance says it has. */
async function countedSockets(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return parseSamples(await response.text())
    .filter(({ name }) => name === 'websocket_connections_total')
    .reduce((sum, { value }) => sum + value, 0);
}
