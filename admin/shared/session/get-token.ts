import type { GetToken } from '@wardbell/client';
import { hasCode } from '../api/failure';
import type { Session } from './session';

/** Access tokens of the session for a live connection; null once nobody is signed in. */
export const createGetToken = (session: Session): GetToken => {
  let given: string | null = null;
  return async ({ reason }) => {
    if (reason === 'rejected' && given !== null) await session.refused(given).catch(() => undefined);
    if (session.state.status === 'signed_out') return null;
    try {
      given = await session.accessToken();
    } catch (error) {
      // The screen starts the connection again when it is unlocked.
      if (hasCode(error, 'session_locked')) return null;
      throw error;
    }
    return given;
  };
};
