import { z } from 'zod';

/** Who a person is to Wardbell. `super_admin` belongs to no tenant, every other role to exactly one. */
export const Role = z.enum(['super_admin', 'tenant_admin', 'clinician', 'front_desk']);
export type Role = z.infer<typeof Role>;

/** The people who work with patients. */
export const STAFF = ['clinician', 'front_desk'] as const satisfies readonly Role[];
/** Everyone who may read and write a tenant's patients and appointments. */
export const CARE_TEAM = [...STAFF, 'tenant_admin'] as const satisfies readonly Role[];
/** Those who manage a tenant or all of them. */
export const ADMINS = ['tenant_admin', 'super_admin'] as const satisfies readonly Role[];
export const EVERYONE = Role.options;

/** Roles a user of a tenant can have. */
export const TenantRole = z.enum(['tenant_admin', 'clinician', 'front_desk']);
export type TenantRole = z.infer<typeof TenantRole>;
