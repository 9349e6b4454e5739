import type { NoticeTarget } from '@wardbell/contract';

export const TENANT_ROLES = ['clinician', 'front_desk', 'tenant_admin'] as const;
type Role = (typeof TENANT_ROLES)[number];

/** Whom a notice or a step is for, as a form holds it: what is not chosen at the moment is kept. */
export interface TargetDraft {
  readonly kind: 'all' | 'roles' | 'people';
  readonly roles: readonly string[];
  readonly userIds: readonly string[];
}

const isRole = (name: string): name is Role => TENANT_ROLES.some((role) => role === name);

/** Null: everybody, or nobody chosen yet. */
export const toTarget = ({ kind, roles, userIds }: TargetDraft): NoticeTarget | null => {
  if (kind === 'roles') {
    const chosen = roles.filter(isRole);
    return chosen.length === 0 ? null : { roles: chosen };
  }
  return kind === 'people' && userIds.length > 0 ? { user_ids: [...userIds] } : null;
};

export const fromTarget = (target: NoticeTarget): TargetDraft =>
  'roles' in target
    ? { kind: 'roles', roles: target.roles, userIds: [] }
    : { kind: 'people', roles: [], userIds: target.user_ids };
