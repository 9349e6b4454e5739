import type { State } from '@wardbell/client';
import { phaseOf } from './phase';

const transport = 'websocket';

const reason = (code: 'signedOut' | 'closedByAdministrator' | 'connectionLost' | 'notStarted') => ({
  code,
  text: '',
});

describe('phaseOf', () => {
  it('says live only when the stream is complete', () => {
    const at = { sinceMs: 1, liveAtMs: 1, transport } as const;
    expect(phaseOf({ ...at, status: 'live' })).toBe('live');
    expect(phaseOf({ ...at, status: 'replaying' })).toBe('replaying');
    expect(phaseOf({ ...at, status: 'stale' })).toBe('stale');
  });

  it('calls every attempt after the first loss offline, so that the indicator does not flicker', () => {
    const waiting: State = {
      status: 'waiting',
      sinceMs: 2,
      liveAtMs: 1,
      transport,
      untilMs: 3,
      attempt: 1,
      reason: reason('connectionLost'),
    };
    expect(phaseOf(waiting)).toBe('offline');
    expect(phaseOf({ status: 'connecting', sinceMs: 2, liveAtMs: 1, transport })).toBe('offline');
    expect(phaseOf({ status: 'connecting', sinceMs: 2, liveAtMs: null, transport })).toBe('connecting');
  });

  it('tells a session that is over from a connection that was ended', () => {
    const stopped = { status: 'stopped', sinceMs: 2, liveAtMs: 1, transport } as const;
    expect(phaseOf({ ...stopped, reason: reason('signedOut') })).toBe('signed_out');
    expect(phaseOf({ ...stopped, reason: reason('closedByAdministrator') })).toBe('stopped');
    expect(phaseOf({ ...stopped, liveAtMs: null, reason: reason('notStarted') })).toBe('connecting');
  });
});
