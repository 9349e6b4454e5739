import type { Session } from '../hub/session.js';

/** One connected client: its session and its deadlines. Times are of the monotonic clock. */
export class Client {
  /** Tick of the next deadline; 0: not scheduled. */
  deadlineTick = 0;
  /** Its `resume` must have come by then; 0 when none is expected. */
  resumeByMs = 0;
  /** When its token ends. */
  expiresMs = Number.POSITIVE_INFINITY;
  /** `token_expiring` was sent for the present token. */
  warned = false;
  readonly connectedMs = performance.now();

  constructor(readonly session: Session) {
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

  /** Once in every heartbeat interval: asks the peer for a sign of life, where the transport can. */
  ping(): void {}

  /** Half an interval later. */
  pingAgain(): void {}
}
