import { Channel, type ChannelHost } from './channel.js';

/** Memory for the rings of all tenants together; each has a share. */
const RING_BUDGET_BYTES = 256 * 1024 * 1024;
const MAX_RING_BYTES = 4 * 1024 * 1024;
const MIN_RING_BYTES = 64 * 1024;
/** A channel without sessions is kept this long, for clients that only lost their Wi-Fi. */
const IDLE_CHANNEL_MS = 60_000;

/** The channels of this process: one for each tenant that has sessions here, or one for every tenant. */
export class Channels {
  readonly #channels = new Map<string, Channel>();
  readonly #waiters = new Map<Channel, (() => void)[]>();
  #following: Promise<void> | undefined;
  #followsAll = false;

  /** @param allHeads the newest number of every tenant, from the database */
  constructor(
    private readonly host: ChannelHost,
    private readonly allHeads: () => Promise<ReadonlyMap<string, number>>,
  ) {}

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

  /** The share of one channel in the memory of all rings. */
  ringBytes(): number {
    const shareBytes = RING_BUDGET_BYTES / (this.#channels.size + 1);
    return Math.min(MAX_RING_BYTES, Math.max(MIN_RING_BYTES, shareBytes));
  }

  /** Opens the channel of a tenant that has none yet, from this number on. */
  open(tenantId: string, seq: number): Channel {
    const channel = new Channel(tenantId, seq, this.host);
    this.#channels.set(tenantId, channel);
    return channel;
  }

  /** Opens a channel for every tenant and keeps them; a tenant that is unknown after that has just been created. */
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

  /** Channels without sessions may expire again. */
  unfollowAll(): void {
    this.#following = undefined;
    this.#followsAll = false;
  }

  /** Resolves when the channel has delivered further events, or is gone. */
  whenAdvanced(channel: Channel): Promise<void> {
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

  /** Closes channels that have been without sessions for a minute; call it every second or so. */
  expire(nowMs: number): void {
    if (this.#following) return;
    for (const [tenantId, channel] of this.#channels) {
      if (channel.members.size > 0 || nowMs - channel.idleSinceMs < IDLE_CHANNEL_MS) continue;
      channel.close();
      this.#channels.delete(tenantId);
      this.wake(channel); // sessions that left while they waited for it
    }
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
  }

  /** Lets those go on that wait for the channel. */
  wake(channel: Channel): void {
    const waiters = this.#waiters.get(channel);
    if (!waiters) return;
    this.#waiters.delete(channel);
    for (const resolve of waiters) resolve();
  }
}
