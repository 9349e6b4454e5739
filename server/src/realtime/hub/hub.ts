import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Topic } from '@wardbell/contract';
import { Database } from '../../database/database.service.js';
import type { LogEvent } from '../../database/log-event.js';
import { Log } from '../../platform/log/log.js';
import { watchBus } from '../../platform/metrics/bus-metrics.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import { Bus, type HeadNotice } from '../bus/bus.js';
import { LogReader, type NumberedId } from '../outbox/log-reader.js';
import type { DeliveryWatcher } from './delivery-watcher.js';
import type { Entry } from './entry.js';
import type { ControlMessage } from './framing.js';
import { sendLive } from './live-frames.js';
import type { ResumePoint } from './resume.js';
import type { Session } from './session.js';
import { SessionRounds } from './session-rounds.js';
import { Staleness } from './staleness.js';
import { Streams } from './streams.js';
import { positionsOf } from './super-admins.js';
import type { SystemLogFeed } from './system-log-feed.js';

const TICK_MS = 1_000;
/** Within the 5 s of the protocol also when the event loop is late by a second. */
const POSITION_ROUND_MS = 4_000;
/** Lag below this is normal and is not reported. */
const NOTICEABLE_MS = 1_000;

/** A notice that is written to sockets. */
export interface WrittenNotice {
  readonly id: string;
  readonly tenantId: string;
  /** Milliseconds since 1970, by the clock of the database. */
  readonly atMs: number;
}
type NoticeListener = (notice: WrittenNotice, sessions: Iterable<Session>) => void;

/**
 * The entry point of this process to the streams: committed events and head notices come in, sessions are attached and
 * detached, the sweep reports what the database says.
 */
@Injectable()
export class Hub implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Whether sessions may be told that their streams are complete. */
  readonly staleness: Staleness;
  readonly #streams: Streams;
  readonly #positionRounds = new SessionRounds(POSITION_ROUND_MS, (session) => this.#sendPosition(session));
  #timer: NodeJS.Timeout | undefined;
  #sweepSoon: () => void = () => undefined;
  #beforeDelivery: (databaseMs: number) => void = () => undefined;
  #onNotice: NoticeListener = () => undefined;

  constructor(
    private readonly reader: LogReader,
    private readonly bus: Bus,
    private readonly database: Database,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    this.#streams = new Streams(reader, metrics, log, {
      sweepSoon: () => this.#sweepSoon(),
      beforeDelivery: (databaseMs) => this.#beforeDelivery(databaseMs),
      notified: (entry, sessions) => this.#notified(entry, sessions),
    });
    this.staleness = new Staleness(this.#streams.channels, this.#streams.superAdmins);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { replayer } = this.#streams;
    this.#streams.epoch = (await this.reader.survey([])).epoch;
    this.database.onCommit((events) => this.announce(events));
    this.bus.open(this.epoch);
    this.bus.onNotice((notice) => this.#receive(notice));
    watchBus(this.metrics.registry, this.bus);
    this.metrics.watch({
      lagging: () => this.lagging,
      unannouncedS: () => this.behindMs() / 1_000,
      unsentBytes: () => replayer.unsentBytes(),
      waitingReplays: () => replayer.waiting,
      databaseMs: () => this.databaseMs(),
    });
    this.#timer = setInterval(() => this.#streams.expire(performance.now()), TICK_MS);
    this.#timer.unref();
    this.staleness.start();
    this.#positionRounds.start();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.staleness.stop();
    this.#positionRounds.stop();
    this.#streams.channels.close();
  }

  /** The name of the history that positions are valid in. */
  get epoch(): string {
    return this.#streams.epoch;
  }

  /** Sessions that are catching up. */
  get lagging(): number {
    return this.#streams.replayer.size;
  }

  /** Age of the oldest event that is known to be missing here, in milliseconds. */
  behindMs(): number {
    return this.#streams.channels.longest((channel) => channel.behindMs());
  }

  /** For how long events are known to be missing and none has arrived, in milliseconds. */
  stuckMs(): number {
    return this.#streams.channels.longest((channel) => channel.stuckMs());
  }

  /** Calls `listener` before events are written to sockets, with the latest time of the database that is known. */
  beforeDelivery(listener: (databaseMs: number) => void): void {
    this.#beforeDelivery = listener;
  }

  /** Calls `listener` when a notice is written to sockets. It must be cheap. */
  onNotice(listener: NoticeListener): void {
    this.#onNotice = listener;
  }

  /** Milliseconds since 1970, by the clock of the database. */
  databaseMs(): number {
    return this.reader.clock.now();
  }

  /** Tells `watcher` from here on what is sent to the sessions of tenants. */
  watchDeliveries(watcher: DeliveryWatcher): void {
    this.#streams.watcher = watcher;
  }

  /** The socket of a live session has not taken all of what was written to it. */
  readonly unsent = (session: Session): void => {
    if (session.tenantId !== null) this.#streams.watcher.unsent(session);
  };

  /** Delivers events that this process has just committed to its own sessions, and announces them on the bus. */
  announce(events: readonly LogEvent[]): void {
    const byTenant = new Map<string, LogEvent[]>();
    for (const event of events) {
      const list = byTenant.get(event.tenantId);
      if (list) list.push(event);
      else byTenant.set(event.tenantId, [event]);
    }
    for (const [tenantId, list] of byTenant) {
      this.#streams.offer(tenantId, list);
      this.bus.announce(tenantId, list);
    }
  }

  /**
   * Attaches a session. Nothing is sent to it before `start`.
   * @param head newest number of the tenant at the session's admission
   * @returns the number for its `connected` frame; null for a super admin
   */
  async attach(session: Session, head: number): Promise<number | null> {
    const { channels, superAdmins } = this.#streams;
    const { tenantId } = session;
    if (tenantId === null) {
      const didFollowAll = channels.followsAll;
      await channels.followAll();
      if (!didFollowAll) this.#sweepSoon(); // what committed meanwhile was announced to no channel here
      superAdmins.add(session, channels.all());
      this.#positionRounds.add(session);
      return null;
    }
    let channel = channels.get(tenantId);
    if (!channel) {
      channel = channels.open(tenantId, head);
      this.#sweepSoon(); // events that committed since the admission were announced to no channel here
    }
    channel.catchUpTo(head);
    channel.members.add(session);
    this.#streams.watcher.attached(session);
    const seq = Math.max(head, channel.flushed);
    session.setCursor(tenantId, seq);
    this.#positionRounds.add(session);
    return seq;
  }

  /** Events of a tenant after `since` without a hole, read from the log; none when the log has none. */
  readLog(tenantId: string, since: number): Promise<readonly Entry[]> {
    return this.#streams.log.pageAfter(tenantId, since);
  }

  /** Frames with a super admin's position in every tenant's stream; the events that follow have higher numbers. */
  positions(session: Session): ControlMessage[] {
    return positionsOf(session);
  }

  /** Lets events flow from where `attach` left the session, or from the point that its client asks for. */
  start(session: Session, point?: ResumePoint): void {
    this.#streams.replayer.start(session, point);
  }

  /** Changes what a session gets, from here on. */
  resubscribe(session: Session, subscription: Session['subscription']): void {
    const wasInGroup = session.state === 'live' && this.#streams.leaveGroup(session);
    session.subscription = subscription;
    if (wasInGroup) this.#streams.joinGroup(session);
  }

  /** Stops writing to a session whose socket does not drain; it catches up from the log once it has. */
  readonly pause = (session: Session): void => this.#streams.pause(session);

  detach(session: Session): void {
    const { channels, superAdmins, replayer } = this.#streams;
    if (session.state === 'live') this.#streams.leaveGroup(session);
    session.end();
    replayer.remove(session);
    this.#positionRounds.remove(session);
    if (session.tenantId === null) {
      superAdmins.remove(session);
      if (superAdmins.size === 0) channels.unfollowAll();
      return;
    }
    this.#streams.watcher.detached(session);
    const channel = channels.get(session.tenantId);
    if (channel?.members.delete(session)) channel.idleSinceMs = performance.now();
  }

  /** The position of a session of a tenant; undefined while it has every event. */
  positionOf(session: Session): number | undefined {
    const { tenantId } = session;
    const channel = tenantId === null ? undefined : this.#streams.channel(tenantId);
    if (!channel) return undefined;
    if (session.state !== 'live') return session.cursors.get(channel.tenantId)?.seq;
    return channel.behindMs() > NOTICEABLE_MS ? channel.flushed : undefined;
  }

  /** `system_log` frames for the super admins of this process. */
  get logs(): SystemLogFeed {
    return this.#streams.superAdmins.logs;
  }

  /** Sends a frame of topic `system` to the super admins of this process. */
  sendSystem(frame: ControlMessage): void {
    this.#streams.superAdmins.send(frame);
  }

  /**
   * Sends frames that are in no log to the sessions of a tenant on this process, in one write for each.
   * @returns the number of sessions
   */
  sendLive(tenantId: string, topic: Topic, type: string, data: readonly object[]): number {
    const channel = this.#streams.channel(tenantId);
    if (!channel) return 0;
    this.#streams.beforeDelivery(undefined);
    return sendLive(channel.members, topic, type, data);
  }

  /** Sends frames that are in no log to one session of a tenant. */
  sendTo(session: Session, frames: readonly ControlMessage[]): void {
    this.#streams.beforeDelivery(undefined);
    session.sendAll(frames);
  }

  /** Writes at once what waits for the next flush. For a server that stops. */
  flush(): void {
    for (const channel of this.#streams.channels.all()) channel.flushNow();
  }

  // What the sweep asks and reports.

  /** The sweep that this hub may ask to come at once. */
  connectSweep(sweepSoon: () => void): void {
    this.#sweepSoon = sweepSoon;
  }

  /** For each tenant with a channel here, the number up to which it has been delivered. */
  get seqs(): ReadonlyMap<string, number> {
    return new Map([...this.#streams.channels.all()].map(({ tenantId, flushed }) => [tenantId, flushed]));
  }

  /** True while super admins are here, who follow every tenant. */
  get followsAll(): boolean {
    return this.#streams.channels.followsAll;
  }

  /** Channels that have no event yet by which their history is recognised. */
  get unidentified(): readonly Omit<NumberedId, 'id'>[] {
    return [...this.#streams.channels.all()]
      .filter(({ anchor, flushed }) => anchor === undefined && flushed > 0)
      .map(({ tenantId, flushed }) => ({ tenantId, seq: flushed }));
  }

  /** Sets the events by which the histories of channels are recognised. */
  identify(events: readonly NumberedId[]): void {
    for (const event of events) {
      const channel = this.#streams.channel(event.tenantId);
      if (channel) channel.anchor ??= event;
    }
  }

  /**
   * An event of each channel that must be in the log under its number.
   * @param all of all channels, or only of those that the log has contradicted
   */
  anchors(all: boolean): readonly NumberedId[] {
    const contradicted = this.#streams.takeContradicted();
    return [...this.#streams.channels.all()].flatMap(({ tenantId, anchor }) =>
      anchor && (all || contradicted.has(tenantId)) ? [anchor] : [],
    );
  }

  /** The database says that a tenant's log reaches `head`. True if no instance had announced it. */
  observeHead(tenantId: string, head: number): boolean {
    return this.#streams.channelOf(tenantId)?.observeHead(head) ?? false;
  }

  /** History was replaced: every channel starts anew at the present head, and all clients load their lists again. */
  async changeEpoch(epoch: string): Promise<void> {
    if (epoch === this.epoch) return;
    const { channels } = this.#streams;
    const heads = new Map<string, number>();
    // a channel that was opened meanwhile must not start from zero
    for (let unknown = channels.ids(); unknown.length > 0; ) {
      const answer = await this.reader.heads(unknown);
      for (const tenantId of unknown) heads.set(tenantId, answer.get(tenantId) ?? 0);
      unknown = channels.ids().filter((tenantId) => !heads.has(tenantId));
    }
    this.log.warn('the history of events was replaced, clients load again', { epoch });
    this.#streams.epoch = epoch;
    this.bus.open(epoch);
    for (const channel of channels.all()) channel.restart(heads.get(channel.tenantId) ?? 0, 'epoch');
    this.#streams.watcher.historyReplaced();
  }

  #notified(entry: Entry, sessions: Iterable<Session>): void {
    const { noticeId: id, tenantId } = entry;
    if (id !== undefined) this.#onNotice({ id, tenantId, atMs: this.databaseMs() }, sessions);
  }

  #receive(notice: HeadNotice): void {
    const { channels } = this.#streams;
    for (const [tenantId, head] of notice.heads) {
      const channel = channels.get(tenantId);
      if (!channel) {
        if (channels.followsAll) this.#sweepSoon(); // a new tenant, or a made-up one: the database tells
        continue;
      }
      const events = notice.events(tenantId);
      channel.offer(events);
      // the notice may be too small for all events up to its head
      if (events.at(-1)?.seq === head) continue;
      if (notice.isSafetyNet) channel.observeHead(head);
      else channel.catchUpTo(head);
    }
  }

  /** Tells a live session how far its stream is complete, and how many events it was sent. */
  #sendPosition(session: Session): void {
    if (session.state !== 'live' || this.staleness.isUnconfirmed(session)) return;
    session.isStale = false;
    const { channels, superAdmins } = this.#streams;
    if (session.tenantId === null) return superAdmins.sendPositions(session, channels.all());
    const channel = channels.get(session.tenantId);
    if (!channel) return;
    session.send({ type: 'position', data: { seq: channel.flushed, count: session.sentEvents } });
  }
}
