import { withStatus } from './presence.js';

describe('the list of users', () => {
  const since = '2026-01-15T10:00:00.000Z';
  const nowMs = Date.parse('2026-01-15T11:00:00.000Z');
  const ada = { user_id: 'ada', status: 'online', since, connections: 3 } as const;
  const ben = { user_id: 'ben', status: 'offline', since, connections: 0 } as const;
  const list = { data: [ada, ben] };

  it('takes the status of a frame for a user that it has, and adds one that it has not', () => {
    const first = withStatus(list, { user_id: 'ada', status: 'offline' }, nowMs);
    const both = withStatus(first, { user_id: 'cleo', status: 'online' }, nowMs);
    const at = { since: '2026-01-15T11:00:00.000Z' };
    expect(both.data).toEqual([
      { user_id: 'ada', status: 'offline', connections: 0, ...at },
      ben,
      { user_id: 'cleo', status: 'online', connections: 1, ...at },
    ]);
  });

  it('is the same object after a frame that says nothing new', () => {
    expect(withStatus(list, { user_id: 'ada', status: 'online' }, nowMs)).toBe(list);
    expect(withStatus(list, { user_id: 'ben', status: 'offline' }, nowMs)).toBe(list);
  });
});
