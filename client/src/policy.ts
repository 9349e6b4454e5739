import { CLOSE, type Close, type CloseName, closeAction } from '@wardbell/contract/close-code';
import { backoffMs, WAIT_FLOOR_MS } from './backoff.js';
import type { Reason, ReasonCode } from './state.js';

/** Refusals of a token in a row before a person has to sign in again. */
export const MAX_REJECTIONS = 5;
/** Spread of clients that were not told when to come back after a restart. */
const RESTART_SPREAD_MS = 5_000;

/** What is known when a connection has ended. */
export interface Ending {
  readonly code: number;
  readonly closeReason: string;
  /** Why this side gave up, if it did. */
  readonly cause?: ReasonCode | undefined;
  /** Endings since the connection was last live for a while, this one included. */
  readonly attempt: number;
  /** Refused tokens in a row, this one included. */
  readonly rejections: number;
  /** What `server_restarting` said. */
  readonly restartAfterMs: number | null;
  readonly offline: boolean;
  /** In [0, 1). */
  readonly random: number;
}

export type Plan =
  | { readonly stop: Reason }
  | { readonly delayMs: number; readonly reason: Reason; readonly freshToken: boolean };

const closes = Object.entries(CLOSE) as [CloseName, Close][];

/** Tells closes apart by their exact reason; an unknown reason counts as the first of its code. */
const reasonOf = ({ code, closeReason, cause, offline }: Ending): Reason => {
  if (offline && (cause || code === 1006)) return { code: 'offline' };
  if (cause) return { code: cause };
  const same = closes.filter(([, close]) => close.code === code);
  const [name] = same.find(([, close]) => close.reason === closeReason) ?? same[0] ?? [];
  return {
    code: name ?? (closeAction(code) === 'stop' ? 'protocolError' : 'connectionLost'),
    closeCode: code,
  };
};

/** What to do after a connection has ended: the close-code table of the contract, with delays. */
export const plan = (ending: Ending): Plan => {
  const why = reasonOf(ending);
  const { attempt, random, rejections } = ending;
  const again = (delayMs: number, freshToken = false): Plan => ({ delayMs, reason: why, freshToken });
  switch (ending.cause ? 'backoff' : closeAction(ending.code)) {
    case 'stop':
      return { stop: why };
    case 'refresh':
      if (rejections > MAX_REJECTIONS) return { stop: { code: 'tokenRejected' } };
      return again(rejections > 1 ? backoffMs(rejections, random) : 0, true);
    case 'wait':
      return again(WAIT_FLOOR_MS + backoffMs(attempt, random, WAIT_FLOOR_MS));
    case 'restart':
      // The slot is for the first attempt; should the server still be away, clients spread out by themselves.
      return again(ending.restartAfterMs ?? random * RESTART_SPREAD_MS);
    default:
      return again(backoffMs(attempt, random));
  }
};
