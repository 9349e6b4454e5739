import type { Session } from '../hub/session.js';
import type { SocketSink } from './socket-sink.js';
import type { TenantRate } from './tenant-rate.js';
import type { TokenBucket } from './token-bucket.js';

/** One connected client: its session and what the gateway keeps of it. */
export class Client {
  /** Pings since anything was heard. */
  missedPings = 0;
  /** Second since 1970 at which the wheel looks at it next; 0 when it does not. */
  deadlineS = 0;
  /** Its `resume` must have come by then, in milliseconds since 1970; 0 when none is expected. */
  resumeByMs = 0;
  /** `token_expiring` was sent for the present token. */
  warned = false;
  readonly connectedMs = Date.now();

  constructor(
    readonly session: Session,
    readonly sink: SocketSink,
    private readonly messages: TokenBucket,
    /** Null for super admins. */
    private readonly tenant: TenantRate | null,
  ) {}

  /** Counts a message; false when its socket sends too many. */
  mayMessage(): boolean {
    const nowMs = performance.now();
    return this.messages.take(this.tenant?.messageCost(nowMs) ?? 1, nowMs);
  }
}
