import { rewindOf, stateOf } from './webhook-state';

const active = { status: 'active', disabled_reason: null, failing_since: null, position: 10 } as const;
const since = '2026-03-01T10:00:00.000Z';

describe('stateOf', () => {
  it('counts the events after the position of a webhook that works', () => {
    expect(stateOf(active, 12)).toEqual({ kind: 'behind', events: 2 });
    expect(stateOf(active, 10)).toEqual({ kind: 'current' });
  });

  it('claims neither a delay nor its absence while the newest event is not known', () => {
    expect(stateOf(active, null)).toEqual({ kind: 'active' });
  });

  it('counts no delay when the position is ahead of the newest event that is known', () => {
    expect(stateOf(active, 9)).toEqual({ kind: 'current' });
  });

  it('reports failures before a delay, and a disabled webhook before both', () => {
    expect(stateOf({ ...active, failing_since: since }, 12)).toEqual({ kind: 'failing', since });
    const disabled = {
      ...active,
      status: 'disabled',
      disabled_reason: 'gone',
      failing_since: since,
    } as const;
    expect(stateOf(disabled, 12)).toEqual({ kind: 'disabled', reason: 'gone' });
  });
});

describe('rewindOf', () => {
  it('counts the events that are sent again, the given one included', () => {
    expect(rewindOf(10, 10)).toEqual({ kind: 'repeats', events: 1 });
    expect(rewindOf(1, 10)).toEqual({ kind: 'repeats', events: 10 });
  });

  it('counts the events that are skipped when the number is ahead of the position', () => {
    expect(rewindOf(11, 10)).toEqual({ kind: 'continues' });
    expect(rewindOf(14, 10)).toEqual({ kind: 'skips', events: 3 });
  });
});
