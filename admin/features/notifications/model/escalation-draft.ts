import type { EscalationPolicy } from '@wardbell/contract';
import { Escalation, MAX_STEP_S, MAX_STEPS } from '@wardbell/contract/notice';
import type { z } from 'zod';
import type { NotificationsText } from '../messages';
import { fromTarget, type TargetDraft, toTarget } from './target-draft';

/** A time as it is entered. */
export interface TimeDraft {
  readonly amount: number | string;
  readonly unit: 'seconds' | 'minutes';
}

export interface StepDraft extends TimeDraft {
  /** Tells steps apart while they are moved. */
  readonly key: string;
  readonly target: TargetDraft;
}

/** An escalation as a form holds it. */
export interface EscalationDraft {
  readonly within: TimeDraft;
  readonly steps: readonly StepDraft[];
  readonly mode: 'anyone' | 'everyone';
  readonly hasFallback: boolean;
  readonly fallback: StepDraft;
}

let made = 0;
export const emptyStep = (): StepDraft => ({
  key: `step ${++made}`,
  amount: 5,
  unit: 'minutes',
  target: { kind: 'roles', roles: [], userIds: [] },
});

export const EMPTY_ESCALATION: EscalationDraft = {
  within: { amount: 5, unit: 'minutes' },
  steps: [],
  mode: 'anyone',
  hasFallback: false,
  fallback: { ...emptyStep(), target: { kind: 'roles', roles: ['tenant_admin'], userIds: [] } },
};

const MINUTE_S = 60;

export const toSeconds = ({ amount, unit }: TimeDraft): number =>
  Number(amount) * (unit === 'minutes' ? MINUTE_S : 1);

export const fromSeconds = (seconds: number): TimeDraft =>
  seconds % MINUTE_S === 0
    ? { amount: seconds / MINUTE_S, unit: 'minutes' }
    : { amount: seconds, unit: 'seconds' };

const toStep = (step: StepDraft) => ({
  to: toTarget(step.target) ?? { roles: [] },
  within_s: toSeconds(step),
});

/** The escalation of a draft that `validateEscalation` finds nothing wrong with. */
export const toEscalation = ({
  within,
  steps,
  mode,
  hasFallback,
  fallback,
}: EscalationDraft): z.input<typeof Escalation> => ({
  within_s: toSeconds(within),
  steps: steps.map(toStep),
  mode,
  ...(hasFallback ? { fallback: toStep(fallback) } : {}),
});

export const fromPolicy = ({ within_s, steps, mode, fallback }: EscalationPolicy): EscalationDraft => ({
  within: fromSeconds(within_s),
  steps: steps.map((step) => ({
    ...emptyStep(),
    ...fromSeconds(step.within_s),
    target: fromTarget(step.to),
  })),
  mode,
  hasFallback: fallback !== null,
  fallback:
    fallback === null
      ? EMPTY_ESCALATION.fallback
      : { ...emptyStep(), ...fromSeconds(fallback.within_s), target: fromTarget(fallback.to) },
});

const isTime = (time: TimeDraft): boolean => {
  const seconds = toSeconds(time);
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_STEP_S;
};

/** What is wrong, by field: `within`, `steps.0.time`, `steps.0.target`, `fallback.time`, `fallback.target`. */
export const validateEscalation = (
  draft: EscalationDraft,
  words: NotificationsText['escalation'],
): Record<string, string> => {
  const errors: Record<string, string> = {};
  const check = (step: StepDraft, path: string) => {
    if (!isTime(step)) errors[`${path}.time`] = words.timeWrong;
    if (toTarget(step.target) === null) errors[`${path}.target`] = words.targetMissing;
  };
  if (!isTime(draft.within)) errors['within'] = words.timeWrong;
  draft.steps.forEach((step, index) => {
    check(step, `steps.${index}`);
  });
  if (draft.hasFallback) check(draft.fallback, 'fallback');
  if (Object.keys(errors).length === 0 && !Escalation.safeParse(toEscalation(draft)).success)
    errors['within'] = words.timeWrong;
  return errors;
};

export { MAX_STEPS };
