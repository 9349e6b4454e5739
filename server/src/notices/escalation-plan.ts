import type { Escalation, NoticeTarget } from '@wardbell/contract';

/** A step of an escalation. Step 0 is the audience of the notice. */
export interface PlannedStep {
  readonly to: NoticeTarget;
  readonly withinS: number;
}

const ADMINS: NoticeTarget = { roles: ['tenant_admin'] };

/** The steps after the first one. The last is the fallback, which there always is. */
export function planSteps({ within_s, steps, fallback }: Escalation): readonly PlannedStep[] {
  const planned = steps.map((step) => ({ to: step.to, withinS: step.within_s }));
  const lastS = planned.at(-1)?.withinS ?? within_s;
  return [...planned, { to: fallback?.to ?? ADMINS, withinS: fallback?.within_s ?? lastS }];
}

interface Person {
  readonly user_id: string;
  readonly online: boolean;
}

/** Who of the people whom a step names is told: of a role those who are online, else all. */
export function chooseRecipients(to: NoticeTarget, people: readonly Person[]): readonly string[] {
  const online = people.filter((person) => person.online);
  const chosen = 'roles' in to && online.length > 0 ? online : people;
  return chosen.map(({ user_id }) => user_id);
}
