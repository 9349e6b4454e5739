import { OIDC_ID_PREFIX, type OidcFailure, Role, Subject } from '@wardbell/contract';
import type { OidcProviderConfig } from '../../platform/config/oidc-providers.js';
import { isUuid } from '../../platform/uuid.js';
import { claimAt } from '../claim-at.js';

/** Claims of the provider that are read (OpenID Connect Core, 2 and 5.1). */
export interface ProviderClaims {
  readonly sub: string;
  readonly [name: string]: unknown;
}

/** A person as the provider describes it. */
export interface Identity {
  /** `oidc:<slug>:<sub>`, because a subject is unique at its provider only. */
  readonly id: string;
  readonly sub: string;
  /** The session of the provider. */
  readonly sid: string | null;
  readonly role: Role;
  readonly tenantId: string | null;
  readonly name: string | null;
  readonly email: string | null;
  /** When the person signed in there, in seconds since 1970; null: the provider does not say. */
  readonly authTimeS: number | null;
  /** When the ID token was made, in seconds since 1970. */
  readonly issuedAtS: number;
}

/** A sign-in at a provider failed for a reason that the console explains. */
export class OidcError extends Error {
  override readonly name = 'OidcError';

  constructor(
    readonly code: OidcFailure,
    options: ErrorOptions & {
      /** The person, where the provider has named one. */
      readonly person?: { readonly id: string; readonly tenantId: string | null };
    } = {},
  ) {
    super(code, options);
    this.person = options.person;
  }

  readonly person: { readonly id: string; readonly tenantId: string | null } | undefined;
}

/** From the most to the least: of several roles that the provider names, the first counts. */
const RANK: readonly Role[] = ['super_admin', 'tenant_admin', 'clinician', 'front_desk'];
const MAX_ROLES = 1_000;

/** Whether these claims name role and tenant, or others must be asked for. */
export const isComplete = (claims: ProviderClaims, { roleClaim, tenant }: OidcProviderConfig): boolean =>
  claimAt(claims, roleClaim) !== undefined &&
  (tenant === undefined || 'id' in tenant || claimAt(claims, tenant.claim) !== undefined);

/** @throws OidcError `no_role`, `no_tenant`, `super_admin_not_allowed`, `failed` */
export function toIdentity(claims: ProviderClaims, config: OidcProviderConfig): Identity {
  const { sub } = claims;
  const id = `${OIDC_ID_PREFIX}${config.slug}:${sub}`;
  if (!Subject.safeParse(id).success) throw new OidcError('failed');
  const role = roleOf(claims, config);
  return {
    id,
    sub,
    sid: textOf(claims['sid'], 500),
    role,
    tenantId: role === 'super_admin' ? null : tenantOf(claims, config),
    name: textOf(claims['name'], 200),
    email: textOf(claims['email'], 254),
    authTimeS: secondsOf(claims['auth_time']),
    issuedAtS: secondsOf(claims['iat']) ?? 0,
  };
}

function roleOf(claims: ProviderClaims, { roleClaim, roleMap, allowSuperAdmin }: OidcProviderConfig): Role {
  const named = [claimAt(claims, roleClaim)].flat().slice(0, MAX_ROLES);
  const roles = named.flatMap((value) => {
    if (typeof value !== 'string') return [];
    const role = roleMap === undefined ? Role.safeParse(value).data : roleMap.get(value);
    return role === undefined ? [] : [role];
  });
  const role = RANK.find((each) => roles.includes(each));
  if (role === undefined) throw new OidcError('no_role');
  if (role === 'super_admin' && !allowSuperAdmin) throw new OidcError('super_admin_not_allowed');
  return role;
}

function tenantOf(claims: ProviderClaims, { tenant }: OidcProviderConfig): string {
  if (tenant === undefined) throw new OidcError('no_tenant');
  if ('id' in tenant) return tenant.id;
  const [value, ...others] = [claimAt(claims, tenant.claim)].flat();
  // somebody of two clinics would be in whichever comes first
  if (typeof value !== 'string' || !isUuid(value) || others.length > 0) throw new OidcError('no_tenant');
  return value.toLowerCase();
}

const textOf = (value: unknown, max: number): string | null =>
  typeof value === 'string' && value !== '' && value.isWellFormed() && !value.includes('\u0000')
    ? value.slice(0, max)
    : null;

const secondsOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
