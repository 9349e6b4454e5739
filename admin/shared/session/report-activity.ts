import type { AnyClient } from '@wardbell/client';
import type { Api } from '../api/api';

/** Without a live connection the server is told no more often than this; the client has a bound of its own. */
const EVERY_MS = 30_000;

/**
 * Tells the server that a person acts, so that the session does not end for idleness while the screen is in use: over the
 * live connection, or by a request where there is none.
 */
export const createActivityReport = (client: Pick<AnyClient, 'active' | 'state'>, api: Pick<Api, 'call'>) => {
  let requestedAtMs = 0;
  return (): void => {
    const { status, transport } = client.state;
    if (transport === 'websocket' && (status === 'live' || status === 'stale' || status === 'replaying')) {
      client.active();
      return;
    }
    const nowMs = Date.now();
    if (Math.abs(nowMs - requestedAtMs) < EVERY_MS) return;
    requestedAtMs = nowMs;
    // A failure changes nothing for the person, and a later action asks again.
    api.call('GET', '/auth/me', { byPerson: true }).catch(() => undefined);
  };
};
