import { z } from 'zod';

/** Role of a user. A `super_admin` belongs to no tenant, every other role to exactly one. */
export const Role = z.enum(['super_admin', 'tenant_admin', 'clinician', 'front_desk']);
export type Role = z.infer<typeof Role>;

/** Roles that work with patients. */
export const STAFF = ['clinician', 'front_desk'] as const satisfies readonly Role[];
/** Roles that may read and write patients and appointments of their tenant. */
export const CARE_TEAM = [...STAFF, 'tenant_admin'] as const satisfies readonly Role[];
/** Roles that manage one tenant or all tenants. */
export const ADMINS = ['tenant_admin', 'super_admin'] as const satisfies readonly Role[];
export const EVERYONE = Role.options;

/** Roles of users that belong to a tenant. */
export const TenantRole = z.enum(['tenant_admin', 'clinician', 'front_desk']);
export type TenantRole = z.infer<typeof TenantRole>;
