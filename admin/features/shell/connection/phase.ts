import type { ReasonCode, State } from '@wardbell/client';

/** What a person is told about the connection; `offline` while it is retried after it had been live. */
export type Phase = 'connecting' | 'replaying' | 'live' | 'stale' | 'offline' | 'stopped' | 'signed_out';

const OVER: ReadonlySet<ReasonCode> = new Set(['signedOut', 'authenticationFailed', 'tokenRejected']);

/** Drawn from the SDK's state alone: `live` is said only when the stream is complete up to now. */
export const phaseOf = (state: State): Phase => {
  switch (state.status) {
    case 'connecting':
      // A first attempt is a beginning; any later one is still an interruption to whoever looks at the list.
      return state.liveAtMs === null ? 'connecting' : 'offline';
    case 'waiting':
      return 'offline';
    case 'stopped':
      if (state.reason.code === 'notStarted') return 'connecting';
      return OVER.has(state.reason.code) ? 'signed_out' : 'stopped';
    default:
      return state.status;
  }
};
