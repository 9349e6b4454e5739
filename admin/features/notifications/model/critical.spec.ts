import { barOf } from './critical';

const notice = (change: Partial<Parameters<typeof barOf>[0][number]>) => ({
  id: 'a',
  seq: 1,
  requires_ack: true,
  state: 'pending' as const,
  acknowledged_at: null,
  held_until: null,
  test: false,
  ...change,
});
const AT = '2026-03-02T10:00:00Z';
const UNTIL = '2026-03-02T10:15:00Z';
const idsOf = (...given: Parameters<typeof barOf>) => {
  const { asking, taken } = barOf(...given);
  return [asking.map(({ id }) => id), taken.map(({ id }) => id)];
};

describe('the bar', () => {
  it('has what waits for an acknowledgement, what nobody has answered first, then the newest, then drills', () => {
    const notices = [
      notice({ id: 'new', seq: 9 }),
      notice({ id: 'plain', requires_ack: false }),
      notice({ id: 'old', seq: 2 }),
      notice({ id: 'unanswered', seq: 1, state: 'unanswered' }),
      notice({ id: 'drill', seq: 10, test: true }),
      notice({ id: 'done', state: 'resolved' }),
      notice({ id: 'colleague', state: 'acknowledged' }),
    ];
    expect(idsOf(notices)).toEqual([['unanswered', 'new', 'old', 'drill'], []]);
  });

  it('has what this person has taken on until it is resolved, and asks again when its time is over', () => {
    const taken = notice({ acknowledged_at: AT, held_until: UNTIL, state: 'acknowledged' });
    expect(idsOf([taken])).toEqual([[], ['a']]);
    expect(idsOf([{ ...taken, state: 'pending' }])).toEqual([['a'], []]);
    expect(idsOf([{ ...taken, state: 'unanswered' }])).toEqual([['a'], []]);
    expect(idsOf([{ ...taken, state: 'resolved' }])).toEqual([[], []]);
  });

  it('leaves those alone who have acknowledged while others must still do so', () => {
    expect(idsOf([notice({ acknowledged_at: AT })])).toEqual([[], []]);
  });
});
