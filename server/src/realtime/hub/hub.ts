import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CLOSE } from '@wardbell/contract';
import { Database } from '../../database/database.service.js';
import type { LogEvent } from '../../database/log-event.js';
import { errorFields } from '../../platform/log/error-fields.js';
import { Log } from '../../platform/log/log.js';
import { watchBus } from '../../platform/metrics/bus-metrics.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import { Bus, type Doorbell } from '../bus/bus.js';
import { Gate } from '../outbox/gate.js';
import { LogReader, type NumberedId } from '../outbox/log-reader.js';
import type { Channel, ResetReason } from './channel.js';
import { Channels } from './channels.js';
import type { Entry } from './entry.js';
import type { Groups } from './group.js';
import { Pages } from './pages.js';
import { PositionRounds } from './position-rounds.js';
import { MAX_REPLAYS, type ReplayPorts, replay } from './replay.js';
import { place, type ResumePoint, type ResumePorts } from './resume.js';
import type { ControlMessage, Session } from './session.js';
import { Staleness } from './staleness.js';
import { positionsOf, SuperAdmins } from './super-admins.js';
import { TracedDelivery } from './traced-delivery.js';

const TICK_MS = 1_000;
/** A session that is not live and whose socket takes nothing for so long is closed. */
export const STALL_MS = 30_000;

/** A stream that is behind for less is on its way. */
const NOTICEABLE_MS = 1_000;
/** A database that is away fails every session's read; one line a second says it. */
const FAILURE_LOG_MS = 1_000;

/** The streams of this process: a channel for each tenant that somebody here listens to. */
@Injectable()
export class Hub implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #channels: Channels;
  readonly #superAdmins = new SuperAdmins();
  /** Sessions that are neither live nor waiting for their `resume`. */
  readonly #replaying = new Set<Session>();
  readonly #turns = new Gate(MAX_REPLAYS);
  /** Whether sessions can be told that they are live. */
  readonly staleness: Staleness;
  readonly #positionRounds = new PositionRounds((session) => this.#tellPosition(session));
  readonly #pages: Pages;
  readonly #replayPorts: ReplayPorts;
  readonly #resumePorts: ResumePorts;
  readonly #contradicted = new Set<string>();
  #epoch = '';
  #timer: NodeJS.Timeout | undefined;
  #failureLoggedMs = Number.NEGATIVE_INFINITY;
  #sweepSoon: () => void = () => undefined;
  #beforeDelivery: (databaseMs: number) => void = () => undefined;

  constructor(
    private readonly reader: LogReader,
    private readonly bus: Bus,
    private readonly database: Database,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    const failed = (error: unknown) => this.#failed(error);
    this.#pages = new Pages((tenantId, since, limit) => this.reader.readSince(tenantId, since, limit));
    this.#channels = new Channels(
      {
        readAfter: (tenantId, since, lacking) => this.reader.readAfter(tenantId, since, lacking),
        head: async (tenantId) => (await this.reader.heads([tenantId])).get(tenantId) ?? 0,
        pageAfter: (tenantId, since) => this.#pages.after(tenantId, since),
        deliver: (channel, entries) => this.#deliver(channel, entries),
        reset: (channel, reason) => this.#reset(channel, reason),
        contradicted: ({ tenantId }) => {
          this.#contradicted.add(tenantId);
          this.#sweepSoon();
        },
        repairing: () => {
          this.metrics.gapRepairs.inc();
          this.#sweepSoon(); // where one was not announced more may follow
        },
        failed,
        databaseMs: () => this.reader.clock.now(),
      },
      async () => (await this.reader.survey(null)).heads,
    );
    this.staleness = new Staleness(this.#channels, this.#superAdmins);
    this.#replayPorts = {
      turns: this.#turns,
      channel: (tenantId) => this.#channels.get(tenantId),
      advanced: (channel) => this.#channels.advanced(channel),
      beforeDelivery: (entry) => this.#beforeDelivery(this.#latestMs(entry)),
      delivered: (entry, sockets) => this.metrics.delivered(entry, sockets),
      resync: (session, tenantId, reason, seq) => this.#resync(session, tenantId, reason, seq),
      join: (session) => this.#join(session),
      failed,
    };
    this.#resumePorts = {
      epoch: () => this.#epoch,
      channel: (tenantId) => this.#channels.get(tenantId),
      hearHeads: (tenantIds) => this.#hearHeads(tenantIds),
      resync: (session, tenantId, reason, seq) => this.#resync(session, tenantId, reason, seq),
      failed,
    };
  }

  /** The name of the history that positions are valid in. */
  get epoch(): string {
    return this.#epoch;
  }

  /** For each tenant with a channel here, how far it has been delivered. */
  get seqs(): ReadonlyMap<string, number> {
    return new Map([...this.#channels.all()].map(({ tenantId, flushed }) => [tenantId, flushed]));
  }

  /** Channels that do not know yet by which event to recognise their history. */
  get unidentified(): readonly Omit<NumberedId, 'id'>[] {
    return [...this.#channels.all()]
      .filter(({ anchor, flushed }) => anchor === undefined && flushed > 0)
      .map(({ tenantId, flushed }) => ({ tenantId, seq: flushed }));
  }

  /** Takes in events by which the histories of channels are recognised. */
  identify(events: readonly NumberedId[]): void {
    for (const event of events) {
      const channel = this.#channels.get(event.tenantId);
      if (channel) channel.anchor ??= event;
    }
  }

  /** An event of each channel that must be in the log under its number. @param all or of those in doubt only */
  anchors(all: boolean): readonly NumberedId[] {
    const doubted = new Set(this.#contradicted);
    this.#contradicted.clear();
    return [...this.#channels.all()].flatMap(({ tenantId, anchor }) =>
      anchor && (all || doubted.has(tenantId)) ? [anchor] : [],
    );
  }

  /** Does somebody here listen to all tenants? */
  get tracksAll(): boolean {
    return this.#channels.followsAll;
  }

  get lagging(): number {
    return this.#replaying.size;
  }

  /** Bytes that wait in this process for sockets of sessions that are not live. */
  #unsentBytes(): number {
    let bytes = 0;
    for (const { sink } of this.#replaying) bytes += sink.pendingBytes;
    return bytes;
  }

  /** Age of the oldest event that is known to be missing here, in milliseconds. */
  behindMs(): number {
    return this.#channels.longest((channel) => channel.behindMs());
  }

  /** For how long events are known to be missing and none has come, in milliseconds. */
  stuckMs(): number {
    return this.#channels.longest((channel) => channel.stuckMs());
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#epoch = (await this.reader.survey([])).epoch;
    this.database.onCommit((events) => this.announce(events));
    this.bus.open(this.#epoch);
    this.bus.onDoorbell((doorbell) => this.#answer(doorbell));
    watchBus(this.metrics.registry, this.bus);
    this.metrics.watch({
      lagging: () => this.lagging,
      unannouncedS: () => this.behindMs() / 1_000,
      unsentBytes: () => this.#unsentBytes(),
      waitingReplays: () => this.#turns.waiting,
      databaseMs: () => this.reader.clock.now(),
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
    this.staleness.start();
    this.#positionRounds.start();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.staleness.stop();
    this.#positionRounds.stop();
    this.#channels.close();
  }

  /** The sweep that this hub may ask to come at once. */
  connectSweep(sweepSoon: () => void): void {
    this.#sweepSoon = sweepSoon;
  }

  /** Calls `listener` before events are written to sockets, with the latest time of the database that is known. */
  beforeDelivery(listener: (databaseMs: number) => void): void {
    this.#beforeDelivery = listener;
  }

  /** Events that this process has just committed: to its own sessions at once, to others by doorbell. */
  announce(events: readonly LogEvent[]): void {
    const byTenant = new Map<string, LogEvent[]>();
    for (const event of events) {
      const list = byTenant.get(event.tenantId);
      if (list) list.push(event);
      else byTenant.set(event.tenantId, [event]);
    }
    for (const [tenantId, list] of byTenant) {
      this.#channelOf(tenantId)?.offer(list);
      this.bus.announce(tenantId, list);
    }
  }

  /** The database says that a tenant's log reaches `head`. True if nobody had announced it. */
  suspect(tenantId: string, head: number): boolean {
    return this.#channelOf(tenantId)?.suspect(head) ?? false;
  }

  /**
   * Takes a session in. Answers the number that its `connected` frame says, null for a super admin. Nothing
   * is sent to it before `start` or `resume`.
   * @param head newest number of the tenant at its admission
   */
  async attach(session: Session, head: number): Promise<number | null> {
    const { tenantId } = session;
    if (tenantId === null) {
      const wasKnown = this.#channels.followsAll;
      await this.#channels.followAll();
      if (!wasKnown) this.#sweepSoon(); // what committed meanwhile was announced to nobody here
      this.#superAdmins.add(session, this.#channels.all());
      this.#positionRounds.add(session);
      return null;
    }
    let channel = this.#channels.get(tenantId);
    if (!channel) {
      channel = this.#channels.open(tenantId, head);
      this.#sweepSoon(); // events that committed since the admission were announced to nobody here
    }
    channel.hear(head);
    channel.members.add(session);
    const seq = Math.max(head, channel.flushed);
    session.placeAt(tenantId, seq);
    this.#positionRounds.add(session);
    return seq;
  }

  /** Frames that tell a super admin where every tenant stands; what follows them is after these numbers. */
  positions(session: Session): ControlMessage[] {
    return positionsOf(session);
  }

  /** Lets events flow from where `attach` left the session, or from the point that it asks for. */
  start(session: Session, point?: ResumePoint): void {
    if (session.state !== 'waiting') return;
    session.state = 'replaying';
    this.#replaying.add(session);
    session.progressMs = performance.now();
    void this.#begin(session, point);
  }

  /** Changes what a session gets, from here on. */
  resubscribe(session: Session, subscription: Session['subscription']): void {
    const groups = session.state === 'live' ? this.#groupsOf(session) : undefined;
    groups?.remove(session);
    session.subscription = subscription;
    groups?.add(session);
  }

  detach(session: Session): void {
    if (session.state === 'live') this.#groupsOf(session)?.remove(session);
    session.state = 'closed';
    this.#replaying.delete(session);
    this.#positionRounds.remove(session);
    if (session.tenantId === null) {
      this.#superAdmins.remove(session);
      if (this.#superAdmins.size === 0) this.#channels.unfollowAll();
      return;
    }
    const channel = this.#channels.get(session.tenantId);
    if (channel?.members.delete(session)) channel.idleSinceMs = performance.now();
  }

  /** Up to where a session of a tenant's people has its stream; undefined while it has all that there is. */
  placeOf(session: Session): number | undefined {
    const { tenantId } = session;
    const channel = tenantId === null ? undefined : this.#channels.get(tenantId);
    if (!channel) return undefined;
    if (session.state !== 'live') return session.cursors.get(channel.tenantId)?.seq;
    return channel.behindMs() > NOTICEABLE_MS ? channel.flushed : undefined;
  }

  /** The history was replaced: everybody loads again. */
  async changeEpoch(epoch: string): Promise<void> {
    if (epoch === this.#epoch) return;
    const heads = new Map<string, number>();
    // a channel that was opened meanwhile must not start from zero
    for (let unknown = this.#channels.ids(); unknown.length > 0; ) {
      const answer = await this.reader.heads(unknown);
      for (const tenantId of unknown) heads.set(tenantId, answer.get(tenantId) ?? 0);
      unknown = this.#channels.ids().filter((tenantId) => !heads.has(tenantId));
    }
    this.log.warn('the history of events was replaced, clients load again', { epoch });
    this.#epoch = epoch;
    this.bus.open(epoch);
    for (const channel of this.#channels.all()) channel.restart(heads.get(channel.tenantId) ?? 0, 'epoch');
  }

  /** Sends a frame of topic `system` to the super admins of this process. */
  tellSystem(frame: ControlMessage): void {
    this.#superAdmins.tell(frame);
  }

  /** Writes whatever waits for its flush. */
  flush(): void {
    for (const channel of this.#channels.all()) channel.flushNow();
  }

  #answer(doorbell: Doorbell): void {
    for (const [tenantId, head] of doorbell.heads) {
      const channel = this.#channels.get(tenantId);
      if (!channel) {
        if (this.#channels.followsAll) this.#sweepSoon(); // a new tenant, or nonsense: the database knows
        continue;
      }
      const events = doorbell.events(tenantId);
      channel.offer(events);
      // without this the channel would not know of what the doorbell was too small for
      if (events.at(-1)?.seq === head) continue;
      if (doorbell.isSafetyNet) channel.suspect(head);
      else channel.hear(head);
    }
  }

  #groupsOf(session: Session): Groups | undefined {
    return session.tenantId === null
      ? this.#superAdmins.groups
      : this.#channels.get(session.tenantId)?.groups;
  }

  async #begin(session: Session, point: ResumePoint | undefined): Promise<void> {
    if (point) await place(session, point, this.#resumePorts);
    await replay(session, this.#replayPorts);
  }

  async #hearHeads(tenantIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const heads = await this.reader.heads(tenantIds);
    for (const [tenantId, head] of heads) this.#channelOf(tenantId)?.hear(head);
    return heads;
  }

  #resync(session: Session, tenantId: string, reason: ResetReason | 'ahead', seq: number): void {
    const data = { reason, seq, epoch: this.#epoch };
    session.send({
      type: 'resync_required',
      data: session.tenantId === null ? { ...data, tenant_id: tenantId } : data,
    });
  }

  /** It is at least so late: an event may have been written long before it committed and was read. */
  #latestMs(entry: Entry | undefined): number {
    return Math.max(entry?.writtenMs ?? 0, this.reader.clock.heardMs);
  }

  #deliver(channel: Channel, entries: readonly Entry[]): void {
    this.#beforeDelivery(this.#latestMs(entries.at(-1)));
    const runs = new Map<string, Buffer | undefined>();
    const traced = entries.some(({ trace }) => trace !== undefined)
      ? new TracedDelivery(this.metrics)
      : undefined;
    const meter = traced ?? this.metrics;
    for (const group of channel.groups.values()) group.deliver(entries, runs, meter);
    if (this.#superAdmins.size > 0) {
      for (const group of this.#superAdmins.groups.values()) group.deliver(entries, runs, meter);
    }
    traced?.end();
  }

  /** Tells a live session how far its stream is complete, and how many events it was sent. */
  #tellPosition(session: Session): void {
    if (session.state !== 'live' || this.staleness.isUnconfirmed(session)) return;
    session.isStale = false;
    if (session.tenantId === null) {
      this.#superAdmins.tellPositions(session, this.#channels.all());
      return;
    }
    const channel = this.#channels.get(session.tenantId);
    if (!channel) return;
    session.send({ type: 'position', data: { seq: channel.flushed, count: session.sentEvents } });
  }

  #join(session: Session): void {
    if (session.state !== 'replaying') return;
    this.#replaying.delete(session);
    session.goLive();
    this.#groupsOf(session)?.add(session);
  }

  /** A socket that does not drain stops being live; it catches up from the log when it does. */
  readonly pause = (session: Session): void => {
    if (session.state !== 'live') return;
    this.#groupsOf(session)?.remove(session);
    session.state = 'replaying';
    session.progressMs = performance.now();
    session.progressBytes = session.sink.takenBytes;
    if (session.tenantId === null) {
      for (const { tenantId, flushed } of this.#channels.all()) session.placeAt(tenantId, flushed);
    } else {
      const channel = this.#channels.get(session.tenantId);
      if (channel) session.placeAt(channel.tenantId, channel.flushed);
    }
    this.#replaying.add(session);
    void replay(session, this.#replayPorts);
  };

  #reset(channel: Channel, reason: ResetReason): void {
    this.#pages.forget();
    for (const session of [...channel.members, ...this.#superAdmins.sessions()]) {
      const cursor = session.cursors.get(channel.tenantId);
      if (cursor) {
        cursor.seq = channel.flushed;
        cursor.from = undefined;
      }
      if (session.state === 'waiting') continue; // its resume will be judged by the new epoch
      this.#superAdmins.toldOf(session, channel);
      this.#resync(session, channel.tenantId, reason, channel.flushed);
    }
  }

  /** While somebody listens to all tenants, one that is not known has just been created: from its start. */
  #channelOf(tenantId: string): Channel | undefined {
    const known = this.#channels.get(tenantId);
    if (known || !this.#channels.followsAll) return known;
    const channel = this.#channels.open(tenantId, 0);
    this.#superAdmins.meet(tenantId);
    return channel;
  }

  #failed(error: unknown): void {
    const now = performance.now();
    if (now - this.#failureLoggedMs < FAILURE_LOG_MS) return;
    this.#failureLoggedMs = now;
    this.log.warn('the log could not be read', errorFields(error));
  }

  #tick(): void {
    const now = performance.now();
    this.#pages.expire(now);
    for (const session of this.#replaying) {
      const { takenBytes } = session.sink;
      if (takenBytes !== session.progressBytes || session.sink.pendingBytes === 0) {
        session.progressBytes = takenBytes;
        session.progressMs = now;
      } else if (now - session.progressMs > STALL_MS) {
        session.sink.close(CLOSE.slowConsumer);
      }
    }
    this.#channels.expire(now);
  }
}
