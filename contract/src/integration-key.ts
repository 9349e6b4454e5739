import { z } from 'zod';
import { KeyRole, Scope } from './scope.js';
import { line, Timestamp, Uuid } from './text.js';

/** What every key begins with, so that scanners for secrets find those that leaked. */
export const KEY_PREFIX = 'wbk_';
/** `actor_id` and user of what a key does. */
export const KEY_ACTOR_PREFIX = 'key:';
/** Keys of one tenant. */
export const MAX_INTEGRATION_KEYS = 200;

/** Body of `POST /integration-keys`. */
export const IntegrationKeyCreate = z
  .strictObject({
    name: line(1, 200),
    scopes: z
      .array(Scope)
      .min(1)
      .max(Scope.options.length)
      .refine((scopes) => new Set(scopes).size === scopes.length, 'must not repeat a scope'),
    role: KeyRole.optional().meta({ description: 'What it sees of the stream; required with `stream:read`' }),
    expires_at: Timestamp.optional(),
  })
  .refine((key) => !key.scopes.includes('stream:read') || key.role !== undefined, {
    path: ['role'],
    message: 'is required with the scope stream:read',
  });
export type IntegrationKeyCreate = z.infer<typeof IntegrationKeyCreate>;

export const IntegrationKey = z
  .object({
    id: Uuid,
    tenant_id: Uuid,
    name: z.string(),
    scopes: z.array(Scope),
    role: KeyRole.nullable(),
    prefix: z.string().meta({ description: 'The first 8 characters of the key' }),
    created_by: z.string(),
    created_at: Timestamp,
    expires_at: Timestamp.nullable(),
    last_used_at: Timestamp.nullable().meta({ description: 'To the minute' }),
  })
  .meta({ id: 'IntegrationKey' });
export type IntegrationKey = z.infer<typeof IntegrationKey>;

/** Answer of `POST /integration-keys`. */
export const IntegrationKeyCreated = IntegrationKey.extend({
  key: z.string().meta({ description: 'The key itself, shown this once' }),
}).meta({ id: 'IntegrationKeyCreated' });
export type IntegrationKeyCreated = z.infer<typeof IntegrationKeyCreated>;
