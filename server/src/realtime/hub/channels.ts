import { Channel, type ChannelPorts } from './channel.js';
import { FlushQueue } from './flush-queue.js';

/** Memory for the rings of all tenants together; each has a share. */
const RING_BUDGET_BYTES = 256 * 1024 * 1024;
const MAX_RING_BYTES = 4 * 1024 * 1024;
const MIN_RING_BYTES = 64 * 1024;
/** A channel without sessions stays this long, for those who only lost their Wi-Fi. */
const IDLE_CHANNEL_MS = 60_000;

/** The channels of this process: one for each tenant that somebody here listens to, or for every tenant. */
export class Channels {
  readonly #channels = new Map<string, Channel>();
  readonly #waiters = new Map<Channel, (() => void)[]>();
  readonly #ports: ChannelPorts;
  #following: Promise<void> | undefined;
  #followsAll = false;

  constructor(
    ports: Omit<ChannelPorts, 'advanced' | 'flushes' | 'ringBytes'>,
    private readonly allHeads: () => Promise<ReadonlyMap<string, number>>,
  ) {
    this.#ports = {
      ...ports,
      flushes: new FlushQueue(),
      advanced: (channel) => this.#wake(channel),
      ringBytes: () =>
        Math.min(MAX_RING_BYTES, Math.max(MIN_RING_BYTES, RING_BUDGET_BYTES / (this.#channels.size + 1))),
    };
  }

  /** Is there a channel for every tenant? */
  get followsAll(): boolean {
    return this.#followsAll;
  }

  get(tenantId: string): Channel | undefined {
    return this.#channels.get(tenantId);
  }

  all(): IterableIterator<Channel> {
    return this.#channels.values();
  }

  ids(): readonly string[] {
    return [...this.#channels.keys()];
  }

  /** A channel of a tenant that has none yet, from this number on. */
  open(tenantId: string, seq: number): Channel {
    const channel = new Channel(tenantId, seq, this.#ports);
    this.#channels.set(tenantId, channel);
    return channel;
  }

  /** Opens a channel for every tenant and keeps them; one that is unknown after that has just been created. */
  followAll(): Promise<void> {
    this.#following ??= this.allHeads()
      .then((heads) => {
        for (const [tenantId, head] of heads) if (!this.#channels.has(tenantId)) this.open(tenantId, head);
        this.#followsAll = true;
      })
      .catch((error: unknown) => {
        this.#following = undefined;
        throw error;
      });
    return this.#following;
  }

  /** Channels without sessions may go again. */
  unfollowAll(): void {
    this.#following = undefined;
    this.#followsAll = false;
  }

  /** Resolves when the channel has moved on, or is gone. */
  advanced(channel: Channel): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(channel);
      if (waiters) waiters.push(resolve);
      else this.#waiters.set(channel, [resolve]);
    });
  }

  /** The longest of these times over all channels. */
  longest(of: (channel: Channel) => number): number {
    let longest = 0;
    for (const channel of this.#channels.values()) longest = Math.max(longest, of(channel));
    return longest;
  }

  /** Closes channels that nobody has come back to; call it every second or so. */
  expire(nowMs: number): void {
    if (this.#following) return;
    for (const [tenantId, channel] of this.#channels) {
      if (channel.members.size > 0 || nowMs - channel.idleSinceMs < IDLE_CHANNEL_MS) continue;
      channel.close();
      this.#channels.delete(tenantId);
      this.#wake(channel); // sessions that left while they waited for it
    }
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
  }

  #wake(channel: Channel): void {
    const waiters = this.#waiters.get(channel);
    if (!waiters) return;
    this.#waiters.delete(channel);
    for (const resolve of waiters) resolve();
  }
}
