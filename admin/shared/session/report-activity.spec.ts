import type { State } from '@wardbell/client';
import { createActivityReport } from './report-activity';

const setUp = (state: Pick<State, 'status' | 'transport'>) => {
  const told: unknown[] = [];
  const client = { state: state as State, active: () => void told.push('active') };
  const api = {
    call: (...call: unknown[]) => {
      told.push(call);
      return Promise.reject(new Error('no answer'));
    },
  };
  return { told, report: createActivityReport(client, api) };
};

describe('the report of activity', () => {
  it('goes over the WebSocket while one is open', () => {
    const { told, report } = setUp({ status: 'live', transport: 'websocket' });
    report();
    expect(told).toEqual(['active']);
  });

  it.each([
    { status: 'waiting', transport: 'websocket' },
    { status: 'live', transport: 'sse' },
  ] as const)('is a request of a person where there is none ($status, $transport), once in 30 s', (state) => {
    const { told, report } = setUp(state);
    report();
    report();
    expect(told).toEqual([['GET', '/auth/me', { byPerson: true }]]);
  });
});
