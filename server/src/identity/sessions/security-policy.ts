import {
  DEFAULT_SECURITY_POLICY,
  type Role,
  SECOND_FACTOR_DEMANDS,
  SecurityFloor,
  SecurityPolicy,
  type TenantSecurity,
} from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';

/** How people of a tenant sign in; the defaults for a tenant that has chosen nothing, and for super admins. */
export async function readSecurity(tx: Tx, tenantId: string | null): Promise<TenantSecurity> {
  if (tenantId === null) return { policy: DEFAULT_SECURITY_POLICY, floor: {} };
  const orm = await tx.orm();
  const row = await orm.tenantSecurity.findUnique({ where: { tenant_id: tenantId } });
  return {
    policy: SecurityPolicy.parse({ ...DEFAULT_SECURITY_POLICY, ...toRecord(row?.policy) }),
    floor: SecurityFloor.parse(row?.floor ?? {}),
  };
}

const toRecord = (value: unknown): object => (value instanceof Object ? value : {});

/** Whether a policy demands a second factor of a role. */
export const demandsFactor = ({ second_factor }: SecurityPolicy, role: Role): boolean =>
  second_factor === 'everybody' ||
  (second_factor === 'admins' && (role === 'tenant_admin' || role === 'super_admin'));

/** The fields of a policy that are less strict than the floor. */
export const fieldsBelow = (policy: SecurityPolicy, floor: SecurityFloor): (keyof SecurityPolicy)[] => {
  const raised = raiseTo(policy, floor);
  return FIELDS.filter((field) => raised[field] !== policy[field]);
};

/** A policy that is at least as strict as the floor in each field. */
export const raiseTo = (policy: SecurityPolicy, floor: SecurityFloor): SecurityPolicy => ({
  second_factor: stricter(policy.second_factor, floor.second_factor ?? 'optional'),
  idle_minutes: Math.min(policy.idle_minutes, floor.idle_minutes ?? Number.POSITIVE_INFINITY),
  absolute_hours: Math.min(policy.absolute_hours, floor.absolute_hours ?? Number.POSITIVE_INFINITY),
  max_sessions_per_user: Math.min(
    policy.max_sessions_per_user,
    floor.max_sessions_per_user ?? Number.POSITIVE_INFINITY,
  ),
});

const FIELDS = ['second_factor', 'idle_minutes', 'absolute_hours', 'max_sessions_per_user'] as const;

type Demand = SecurityPolicy['second_factor'];
const stricter = (a: Demand, b: Demand): Demand =>
  SECOND_FACTOR_DEMANDS.indexOf(a) >= SECOND_FACTOR_DEMANDS.indexOf(b) ? a : b;
