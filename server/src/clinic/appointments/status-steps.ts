import { type AppointmentStatus, UNDO_STEP_MINUTES } from '@wardbell/contract';

export const UNDO_STEP_MS = UNDO_STEP_MINUTES * 60_000;

/** A step of the status: what it was before, and when the step was made, by the database's clock. */
export interface StatusStep {
  readonly from: AppointmentStatus;
  readonly at: string;
}

/** More steps of 15 minutes than these are no slips: the older ones cannot be undone. */
const MAX_STEPS = 10;

/**
 * The steps that can still be undone after another one. Back to what the status was, the last step is undone and forgotten,
 * so the step before it can be undone too, until its own 15 minutes are over. Back to another status (one back on the usual way
 * after one was left out), the last step stands, as if it had led there.
 */
export function stepsAfter(
  steps: readonly StatusStep[],
  { from, to, isBack, now }: { from: AppointmentStatus; to: AppointmentStatus; isBack: boolean; now: Date },
): readonly StatusStep[] {
  const open = steps.filter(({ at }) => now.getTime() <= Date.parse(at) + UNDO_STEP_MS);
  if (to === 'entered-in-error') return [];
  if (isBack) return open.at(-1)?.from === to ? open.slice(0, -1) : open;
  return [...open, { from, at: now.toISOString() }].slice(-MAX_STEPS);
}
