import { CLOSE } from '@wardbell/contract/close-code';
import type { OwnReasonCode, Reason, ReasonCode } from './state.js';

const OWN: Readonly<Record<OwnReasonCode, string>> = {
  notStarted: 'Not connected yet',
  stopped: 'Disconnected',
  signedOut: 'Signed out: sign in again',
  tokenRejected: 'The session could not be renewed: sign in again',
  tokenUnavailable: 'The session cannot be renewed at the moment',
  identityChanged: 'Signed in as someone else: reload the page',
  offline: 'This device is offline',
  connectionLost: 'Connection lost',
  connectTimeout: 'The server does not answer',
  incomplete: 'Events were missing',
  protocolError: 'Refused because of a fault in this application',
};

const isOwn = (code: ReasonCode): code is OwnReasonCode => code in OWN;

/** An English text for users. For translations use `reason.code`. */
export const reasonText = ({ code }: Reason): string => (isOwn(code) ? OWN[code] : CLOSE[code].reason);
