import type { Hub } from '../hub/hub.js';

/**
 * Writes to sockets per second. N users of a tenant who arrive at once are N² frames: 10,000 sockets of tenants with
 * 1,000 users each would get ten million writes. So further changes wait until the last round has been paid for, and
 * share the writes of the next one. Below 100 sockets a change waits at most 100 ms.
 */
const WRITES_PER_S = 1_000;
/** Changes of one tenant in one round, about 70 KB for each socket. */
const MAX_CHANGES = 1_000;

/** Sends `user_status` frames to the sessions of this process. */
export class PresenceFeed {
  /** The newest status of users that was not sent yet, by tenant and user. */
  readonly #pending = new Map<string, Map<string, boolean>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly hub: Pick<Hub, 'sendLive'>) {}

  add(tenantId: string, userId: string, isOnline: boolean): void {
    const users = this.#pending.get(tenantId) ?? new Map<string, boolean>();
    this.#pending.set(tenantId, users);
    users.delete(userId); // the order of changes is that of the last ones
    users.set(userId, isOnline);
    this.#timer ??= setTimeout(() => this.#send(), 0);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#pending.clear();
  }

  #send(): void {
    let writes = 0;
    for (const [tenantId, users] of this.#pending) {
      const data: object[] = [];
      for (const [userId, isOnline] of users) {
        if (data.length === MAX_CHANGES) break;
        data.push({ user_id: userId, status: isOnline ? 'online' : 'offline' });
        users.delete(userId);
      }
      if (users.size === 0) this.#pending.delete(tenantId);
      writes += this.hub.sendLive(tenantId, 'presence', 'user_status', data);
    }
    this.#timer = setTimeout(() => this.#paid(), (writes / WRITES_PER_S) * 1_000);
    this.#timer.unref();
  }

  #paid(): void {
    this.#timer = undefined;
    if (this.#pending.size > 0) this.#send();
  }
}
