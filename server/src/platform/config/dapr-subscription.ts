import { EventTypeName, RESERVED_TYPES, Role } from '@wardbell/contract';
import { z } from 'zod';

/** JSON pointer (RFC 6901) into a CloudEvent. */
const Pointer = z.string().regex(/^(?:\/(?:[^~/]|~[01])*)+$/);

/** A subscription of a Dapr component's topic, and what becomes of its CloudEvents. */
export const DaprSubscription = z
  .strictObject({
    pubsubname: z.string().min(1).max(200),
    topic: z.string().min(1).max(500),
    tenant_id: z
      .guid()
      .transform((id) => id.toLowerCase())
      .optional(),
    tenant: Pointer.optional(),
    type: z.union([Pointer, EventTypeName.refine((type) => !RESERVED_TYPES.has(type))]),
    user: Pointer.optional(),
    roles: z.array(Role).min(1).max(4).optional(),
    data: Pointer.optional(),
  })
  .refine(({ tenant_id, tenant }) => (tenant_id === undefined) !== (tenant === undefined))
  .refine(({ user, roles }) => user === undefined || roles === undefined);
export type DaprSubscription = z.output<typeof DaprSubscription>;
