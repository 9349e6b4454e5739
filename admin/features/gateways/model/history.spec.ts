import { describe, expect, it } from '@jest/globals';
import { changesOf } from './history';

const event = (seq: number, gateway_id: string, actor_id?: string) => ({
  seq,
  timestamp: '2026-01-15T10:00:00.000Z',
  ...(actor_id === undefined ? {} : { actor_id }),
  data: { gateway_id, previous_status: 'HEALTHY', current_status: 'UNHEALTHY' },
});

describe('the history of a gateway', () => {
  it('leaves out the events of other gateways and keeps the order', () => {
    const events = [event(9, 'lab'), event(8, 'printer'), event(7, 'lab', 'key:1')];
    expect(changesOf(events, 'lab').map(({ seq, actorId }) => [seq, actorId])).toEqual([
      [9, undefined],
      [7, 'key:1'],
    ]);
  });
});
