import { z } from 'zod';
import { Role } from './roles.js';
import { Timestamp, Uuid } from './text.js';

/** The subject of a token: a user of ours, or whatever an identity provider calls its users. */
export const Subject = z
  .string()
  .min(1)
  .max(200)
  // PostgreSQL stores neither, so such a user could do nothing
  .refine((sub) => sub.isWellFormed() && !sub.includes('\u0000'));

/** Persons of one tenant that may be shut out. */
export const MAX_BLOCKED_USERS = 10_000;

/** A person of single sign-on without an account here. */
export const ExternalUser = z
  .object({
    sub: Subject,
    tenant_id: Uuid.nullable().meta({
      description: 'null: of no tenant (a super admin), or blocked by a super admin in all of them',
    }),
    role: Role.nullable().meta({ description: 'As in the last token; null: never seen' }),
    last_seen_at: Timestamp.nullable().meta({ description: 'To the minute' }),
    blocked: z.boolean().meta({ description: "By the tenant's admin or by a super admin" }),
    blocked_at: Timestamp.nullable().meta({ description: "When the tenant's admin did" }),
  })
  .meta({ id: 'ExternalUser' });
export type ExternalUser = z.infer<typeof ExternalUser>;
