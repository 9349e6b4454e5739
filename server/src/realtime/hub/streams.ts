import { type LogEvent, rewritesLog } from '../../database/log-event.js';
import { errorFields } from '../../platform/log/error-fields.js';
import type { Log } from '../../platform/log/log.js';
import type { Metrics } from '../../platform/metrics/metrics.js';
import type { LogReader } from '../outbox/log-reader.js';
import type { Channel, ChannelHost, ResetReason } from './channel.js';
import { Channels } from './channels.js';
import { type DeliveryWatcher, NO_WATCHER } from './delivery-watcher.js';
import type { Entry } from './entry.js';
import { FlushQueue } from './flush-queue.js';
import type { Groups } from './group.js';
import type { ReplayHost } from './replay-host.js';
import { Replayer } from './replayer.js';
import type { Session } from './session.js';
import { StreamLog } from './stream-log.js';
import { SuperAdmins } from './super-admins.js';
import { TracedDelivery } from './traced-delivery.js';

/** While the database is away the reads of every session fail; one line a second is logged. */
const FAILURE_LOG_MS = 1_000;

/** What streams report to the parts that watch over them. */
export interface StreamsListener {
  /** Heads should be compared with the database at once. */
  sweepSoon(): void;
  /** Events are about to be written; the latest time of the database that is known, in milliseconds since 1970. */
  beforeDelivery(databaseMs: number): void;
  /** An event of type `system_notification` is written to these sessions. */
  notified(entry: Entry, sessions: Iterable<Session>): void;
}

/**
 * The channels of this process and the sessions that follow them. Everything that channels and replays ask of each
 * other goes through here; other parts of the server use the hub.
 */
export class Streams implements ChannelHost, ReplayHost {
  /** The name of the history that positions are valid in. */
  epoch = '';
  readonly log: StreamLog;
  readonly flushes = new FlushQueue();
  readonly channels: Channels;
  readonly superAdmins = new SuperAdmins();
  readonly replayer = new Replayer(this);
  watcher: DeliveryWatcher = NO_WATCHER;
  /** Tenants whose log contradicts what their channel has delivered; the sweep compares their events. */
  readonly #contradicted = new Set<string>();
  #failureLoggedMs = Number.NEGATIVE_INFINITY;

  constructor(
    reader: LogReader,
    private readonly metrics: Metrics,
    private readonly logger: Log,
    private readonly listener: StreamsListener,
  ) {
    this.log = new StreamLog(reader);
    this.channels = new Channels(this, () => this.log.allHeads());
  }

  channel(tenantId: string): Channel | undefined {
    return this.channels.get(tenantId);
  }

  /** The tenant's channel. While super admins are here, a tenant without one has just been created. */
  channelOf(tenantId: string): Channel | undefined {
    const known = this.channels.get(tenantId);
    if (known || !this.channels.followsAll) return known;
    const channel = this.channels.open(tenantId, 0);
    this.superAdmins.addTenant(tenantId);
    return channel;
  }

  /** Hands events that have committed to their channels. */
  offer(tenantId: string, events: readonly LogEvent[]): void {
    const channel = this.channelOf(tenantId);
    if (channel) channel.offer(events);
    // long polls share pages without a channel
    else if (events.some(rewritesLog)) this.logRewritten();
  }

  logRewritten(): void {
    this.log.forget();
  }

  joinGroup(session: Session): void {
    const channel = this.#channelOfMember(session);
    if (channel) this.watcher.joined(session, channel.flushed);
    this.#groupsOf(session)?.add(session);
  }

  leaveGroup(session: Session): boolean {
    const wasInGroup = this.#groupsOf(session)?.remove(session) ?? false;
    const channel = this.#channelOfMember(session);
    if (wasInGroup && channel) this.watcher.left(session, channel.flushed);
    return wasInGroup;
  }

  whenAdvanced(channel: Channel): Promise<void> {
    return this.channels.whenAdvanced(channel);
  }

  async catchUpToHeads(tenantIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const heads = await this.log.heads(tenantIds);
    for (const [tenantId, head] of heads) this.channelOf(tenantId)?.catchUpTo(head);
    return heads;
  }

  sendResync(session: Session, tenantId: string, reason: ResetReason | 'ahead', seq: number): void {
    const data = { reason, seq, epoch: this.epoch };
    session.send({
      type: 'resync_required',
      data: session.tenantId === null ? { ...data, tenant_id: tenantId } : data,
    });
  }

  beforeDelivery(newest: Entry | undefined): void {
    this.listener.beforeDelivery(this.log.latestMs(newest));
  }

  delivered(entry: Entry, sockets: number): void {
    this.metrics.delivered(entry, sockets);
  }

  notified(entry: Entry, sessions: Iterable<Session>): void {
    this.listener.notified(entry, sessions);
  }

  replayed(session: Session, after: number, to: number): void {
    if (session.tenantId !== null) this.watcher.replayed(session, after, to);
  }

  deliver(channel: Channel, entries: readonly Entry[]): void {
    this.beforeDelivery(entries.at(-1));
    const [first] = entries;
    if (first && channel.groups.size > 0) this.watcher.writing(channel.tenantId, first.seq, channel.flushed);
    const runs = new Map<string, Buffer | undefined>();
    const traced = entries.some(({ trace }) => trace !== undefined) ? new TracedDelivery(this) : undefined;
    const meter = traced ?? this;
    for (const group of channel.groups.values()) group.deliver(entries, runs, meter);
    if (this.superAdmins.size > 0) {
      for (const group of this.superAdmins.groups.values()) group.deliver(entries, runs, meter);
    }
    traced?.end();
  }

  /** Takes a live session whose socket does not drain out of the live ones. */
  pause(session: Session): void {
    const channel = session.tenantId === null ? undefined : this.channels.get(session.tenantId);
    const followed = session.tenantId === null ? this.channels.all() : channel ? [channel] : [];
    this.replayer.pause(session, followed);
  }

  ringBytes(): number {
    return this.channels.ringBytes();
  }

  advanced(channel: Channel): void {
    this.channels.wake(channel);
  }

  reset(channel: Channel, reason: ResetReason): void {
    this.log.forget();
    for (const session of [...channel.members, ...this.superAdmins.sessions()]) {
      const cursor = session.cursors.get(channel.tenantId);
      if (cursor) {
        cursor.seq = channel.flushed;
        cursor.from = undefined;
      }
      if (session.state === 'waiting') continue; // its resume will be compared with the new epoch
      this.superAdmins.notePosition(session, channel);
      this.sendResync(session, channel.tenantId, reason, channel.flushed);
    }
  }

  contradicted({ tenantId }: Channel): void {
    this.#contradicted.add(tenantId);
    this.listener.sweepSoon();
  }

  /** The tenants whose log contradicted their channel since the last call. */
  takeContradicted(): ReadonlySet<string> {
    const tenantIds = new Set(this.#contradicted);
    this.#contradicted.clear();
    return tenantIds;
  }

  repairing(): void {
    this.metrics.gapRepairs.inc();
    this.listener.sweepSoon(); // where one event was not announced, more may follow
  }

  failed(error: unknown): void {
    const nowMs = performance.now();
    if (nowMs - this.#failureLoggedMs < FAILURE_LOG_MS) return;
    this.#failureLoggedMs = nowMs;
    this.logger.warn('the log could not be read', errorFields(error));
  }

  /** Call it every second or so. */
  expire(nowMs: number): void {
    this.log.expire(nowMs);
    this.replayer.closeStalled(nowMs);
    this.channels.expire(nowMs);
  }

  /** Undefined for super admins, who follow all channels. */
  #channelOfMember({ tenantId }: Session): Channel | undefined {
    return tenantId === null ? undefined : this.channels.get(tenantId);
  }

  #groupsOf({ tenantId }: Session): Groups | undefined {
    return tenantId === null ? this.superAdmins.groups : this.channels.get(tenantId)?.groups;
  }
}
