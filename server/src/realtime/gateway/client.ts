import { CLOSE } from '@wardbell/contract';
import type { Session } from '../hub/session.js';
import type { SocketSink } from './socket-sink.js';
import type { TenantRate } from './tenant-rate.js';
import type { TokenBucket } from './token-bucket.js';

/** One connected client: its session and what the gateway keeps of it. Times are of the monotonic clock. */
export class Client {
  /** Pings since anything was received. */
  missedPings = 0;
  /** Pongs that answer pings of ours; any further one is a message of the client's own. */
  pongsDue = 0;
  /** Tick at which the wheel looks at it next; 0 when it does not. */
  deadlineTick = 0;
  /** Its `resume` must have come by then; 0 when none is expected. */
  resumeByMs = 0;
  /** When its token ends. */
  expiresMs = Number.POSITIVE_INFINITY;
  /** `token_expiring` was sent for the present token. */
  warned = false;
  readonly connectedMs = performance.now();

  constructor(
    readonly session: Session,
    readonly sink: SocketSink,
    private readonly messages: TokenBucket,
    /** Null for super admins. */
    private readonly tenant: TenantRate | null,
  ) {
    this.expireByWallClock();
  }

  /** Its principal was renewed. */
  renewed(): void {
    this.warned = false;
    this.expiresMs = Number.POSITIVE_INFINITY;
    this.expireByWallClock();
  }

  /** The token ends when the wall clock says so; never later than was known before. */
  expireByWallClock(): void {
    const leftMs = this.session.principal.expiresAtMs - Date.now();
    this.expiresMs = Math.min(this.expiresMs, performance.now() + leftMs);
  }

  /** Counts a message; false, and the socket is closed, when it sends too many. */
  mayMessage(): boolean {
    const nowMs = performance.now();
    if (this.messages.take(this.tenant?.messageCost(nowMs) ?? 1, nowMs)) return true;
    this.sink.cutOff(CLOSE.messageRate);
    return false;
  }
}
