import en from '../messages/en.json';
import {
  EMPTY_ESCALATION,
  emptyStep,
  fromPolicy,
  fromSeconds,
  toEscalation,
  validateEscalation,
} from './escalation-draft';

const words = en.escalation;

describe('an escalation in a form', () => {
  it('says which step has nobody, and which time is none', () => {
    const draft = {
      ...EMPTY_ESCALATION,
      within: { amount: '', unit: 'minutes' as const },
      steps: [
        emptyStep(),
        { ...emptyStep(), amount: 90_000, target: { ...emptyStep().target, roles: ['clinician'] } },
      ],
    };
    expect(validateEscalation(draft, words)).toEqual({
      within: words.timeWrong,
      'steps.0.target': words.targetMissing,
      'steps.1.time': words.timeWrong,
    });
  });

  it('comes back from a policy as it was entered', () => {
    const escalation = {
      within_s: 90,
      steps: [{ to: { roles: ['clinician' as const] }, within_s: 300 }],
      mode: 'everyone' as const,
      fallback: { to: { user_ids: ['u1'] }, within_s: 60 },
    };
    const at = '2026-01-01T00:00:00Z';
    const policy = { id: 'p', name: 'n', version: 1, created_at: at, updated_at: at, ...escalation };
    const draft = fromPolicy(policy);
    expect(validateEscalation(draft, words)).toEqual({});
    expect(toEscalation(draft)).toEqual(escalation);
  });

  it('shows whole minutes as minutes and all else as seconds', () => {
    expect([fromSeconds(120), fromSeconds(90)]).toEqual([
      { amount: 2, unit: 'minutes' },
      { amount: 90, unit: 'seconds' },
    ]);
  });
});
