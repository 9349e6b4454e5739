import { readFileSync } from 'node:fs';
import type { IntegrationsText } from '../messages';
import { describeReason, eventOf } from './dead-letter';

const en: IntegrationsText = JSON.parse(
  readFileSync(new URL('../messages/en.json', import.meta.url), 'utf8'),
);

const describeInWords = (reason: string) =>
  describeReason(reason, en.deadLetters.reasons, en.webhooks.outcomes);

describe('describeReason', () => {
  it('names the status of an answer and the outcome of an attempt without one', () => {
    expect(describeInWords('http_503')).toBe('Answered 503');
    expect(describeInWords('timeout')).toBe(en.webhooks.outcomes.timeout);
  });

  it('explains why an event of a broker cannot be published', () => {
    expect(describeInWords('schema_violation')).toBe(en.deadLetters.reasons.schema_violation);
  });

  it('shows a code that it does not know as it is', () => {
    expect(describeInWords('toString')).toBe('toString');
  });
});

describe('eventOf', () => {
  const letter = { id: '1', origin: 'dapr', reason: 'x', received_at: '2026-03-01T00:00:00.000Z' } as const;

  it('reads type and number of a frame', () => {
    expect(eventOf({ ...letter, event: { type: 'task', seq: 7 } })).toEqual({ type: 'task', seq: 7 });
  });

  it('takes whatever a broker delivered', () => {
    for (const event of [null, 'text', [1], { type: 7 }]) {
      expect(eventOf({ ...letter, event })).toEqual({ type: null, seq: null });
    }
  });
});
