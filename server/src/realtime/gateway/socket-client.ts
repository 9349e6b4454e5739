import { CLOSE } from '@wardbell/contract';
import { PING_FRAME } from '../hub/frames.js';
import type { Session } from '../hub/session.js';
import { Client } from './client.js';
import type { SocketSink } from './socket-sink.js';
import type { TenantRate } from './tenant-rate.js';
import type { TokenBucket } from './token-bucket.js';

/** Pings without an answer that end a connection. */
const MAX_MISSED_PINGS = 2;
/** Pings of ours that may be under way at a time, with their repetitions. */
const MAX_PONGS_DUE = 2 * MAX_MISSED_PINGS;

/**
 * A client on a WebSocket: it sends messages, which are counted, and answers pings. A ping that is not answered within
 * half of the interval is repeated, and the connection ends with the interval: a peer that vanished right after an
 * answer is gone two intervals later.
 */
export class SocketClient extends Client {
  /** Pongs that answer pings of ours; any further one is a message of the client's own. */
  pongsDue = 0;
  /** Pings since anything was received. */
  #missedPings = 0;

  constructor(
    session: Session,
    readonly sink: SocketSink,
    private readonly messages: TokenBucket,
    /** Null for super admins. */
    private readonly tenant: TenantRate | null,
  ) {
    super(session);
  }

  /** Something was received: resets the count of unanswered pings. */
  markAlive(): void {
    this.#missedPings = 0;
  }

  override ping(): void {
    if (this.#missedPings >= MAX_MISSED_PINGS) {
      this.sink.close(CLOSE.heartbeatTimeout);
      this.sink.terminateSoon();
    } else this.#ping();
  }

  override pingAgain(): void {
    if (this.#missedPings > 0) this.#ping();
  }

  #ping(): void {
    this.#missedPings++;
    // one pong may answer several pings (RFC 6455, 5.5.3), so those of long ago are not awaited
    this.pongsDue = Math.min(this.pongsDue + 1, MAX_PONGS_DUE);
    this.sink.writeNow(PING_FRAME);
  }

  /** Counts a message; false, and the socket is closed, when it sends too many. */
  mayMessage(): boolean {
    const nowMs = performance.now();
    if (this.messages.take(this.tenant?.messageCost(nowMs) ?? 1, nowMs)) return true;
    this.sink.cutOff(CLOSE.messageRate);
    return false;
  }
}
