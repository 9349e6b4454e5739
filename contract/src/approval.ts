import { z } from 'zod';
import { Page } from './paging.js';
import { TenantRole } from './roles.js';
import { Timestamp, Uuid } from './text.js';
import { UserStatus } from './user.js';

/** Hours after which a change takes effect if no tenant admin has rejected it. */
export const APPROVAL_HOURS = 24;

const ApprovalKind = z.enum(['user_create', 'user_update', 'factors_remove']);
/**
 * `approved`: by a tenant admin, and in effect; `elapsed`: in effect because nobody rejected it in time; `failed`: the time
 * was over and it could not take effect, `problem` says why.
 */
export const ApprovalStatus = z.enum(['pending', 'approved', 'rejected', 'elapsed', 'failed']);
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

/** A super admin's change to an account of a tenant, which waits for an admin of that tenant. Never contains a secret. */
export const Approval = z
  .object({
    id: Uuid,
    tenant_id: Uuid,
    kind: ApprovalKind,
    user_id: Uuid.nullable().meta({ description: 'Null for a new user' }),
    email: z.string().meta({ description: 'Of the account, as it is or as it will be' }),
    name: z.string(),
    change: z
      .object({ email: z.string(), name: z.string(), role: TenantRole, status: UserStatus })
      .partial()
      .meta({ description: 'The new values' }),
    changed: z
      .array(z.string())
      .meta({ description: 'Names of what will change, also `password` and `second_factor`' }),
    requested_by: z.string(),
    requested_at: Timestamp,
    effective_at: Timestamp.meta({ description: 'When it takes effect unless it is rejected' }),
    status: ApprovalStatus,
    decided_by: z.string().nullable(),
    decided_at: Timestamp.nullable(),
    problem: z.string().nullable().meta({ description: 'The code of the problem, when it failed' }),
  })
  .meta({ id: 'Approval' });
export type Approval = z.infer<typeof Approval>;

export const ApprovalQuery = z.object({ ...Page, status: ApprovalStatus.optional() });
