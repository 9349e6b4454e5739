import { CLOSE, type Close, type CloseName, closeAction } from '@wardbell/contract/close-code';
import { backoffMs, WAIT_FLOOR_MS } from './backoff.js';
import type { Reason, ReasonCode } from './state.js';

/** Consecutive refused tokens before the user has to sign in again. */
export const MAX_REJECTIONS = 5;
/** Spread of reconnects after a restart without a given delay. */
const RESTART_SPREAD_MS = 5_000;

/** The circumstances of the end of a connection. */
export interface Ending {
  readonly code: number;
  readonly closeReason: string;
  /** Reason why the client closed, if it did. */
  readonly cause?: ReasonCode | undefined;
  /** Number of ended connections since the last stable one, including this one. */
  readonly attempt: number;
  /** Consecutive refused tokens, including this one. */
  readonly rejections: number;
  /** Delay in `server_restarting`. */
  readonly restartAfterMs: number | null;
  readonly offline: boolean;
  /** In [0, 1). */
  readonly random: number;
}

export type Plan =
  | { readonly stop: Reason }
  | { readonly delayMs: number; readonly reason: Reason; readonly freshToken: boolean };

const closes = Object.entries(CLOSE) as [CloseName, Close][];

/** Identifies a close by its exact reason. An unknown reason counts as the first reason of its code. */
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

/** Plans the reaction to the end of a connection, from the close-code table of the contract and the delays. */
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
      // The given delay is for the first attempt. If the server is still down, the backoff spreads the clients.
      return again(ending.restartAfterMs ?? random * RESTART_SPREAD_MS);
    default:
      return again(backoffMs(attempt, random));
  }
};
