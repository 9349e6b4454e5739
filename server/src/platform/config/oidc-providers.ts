import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from './start-error.js';

/** An OpenID provider that people sign in with. */
export interface OidcProviderConfig {
  /** Its name in URLs, and in the ids of its people. */
  readonly slug: string;
  /** What people call it. */
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client. */
  readonly clientSecret: string | undefined;
  readonly clientAuthentication: 'client_secret_basic' | 'client_secret_post';
  readonly scopes: string;
  /** The tenant of all of its people, or the path of the claim that names it. Neither: super admins only. */
  readonly tenant: { readonly id: string } | { readonly claim: string } | undefined;
  readonly roleClaim: string;
  /** Our role for each value of the claim. Undefined: its values are our roles. */
  readonly roleMap: ReadonlyMap<string, OidcRole> | undefined;
  readonly allowSuperAdmin: boolean;
}

const ROLES = ['super_admin', 'tenant_admin', 'clinician', 'front_desk'] as const;
export type OidcRole = (typeof ROLES)[number];

/** Buttons of a sign-in page, and discoveries of a server. */
const MAX_PROVIDERS = 20;
const MAX_SECRET_BYTES = 4_096;

const described = <T extends z.ZodType>(schema: T, expected: string): T => schema.describe(expected);
const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it refuses them
    .regex(/^[^\u0000-\u001f\u007f]*$/);
const claimPath = described(
  z
    .string()
    .max(300)
    .regex(/^[^\s.]+(\.[^\s.]+){0,7}$/),
  'the name of a claim, or names separated by dots',
);

/** Descriptions complete the sentence "OIDC_PROVIDERS[0].<field> must be …". */
const FIELDS = {
  slug: described(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,31}$/)
      .refine((slug) => slug !== 'callback'),
    'up to 32 lower-case letters, digits and hyphens, and not callback',
  ),
  name: described(line(100), 'a line of text of up to 100 characters'),
  issuer: described(z.string().max(500).refine(isIssuer), 'an https URL without query and fragment'),
  client_id: described(line(500), 'the id of the client at the provider'),
  client_secret_file: described(z.string().min(1).max(4_096).optional(), 'the path of a file'),
  token_endpoint_auth_method: described(
    z.enum(['client_secret_basic', 'client_secret_post']).default('client_secret_basic'),
    'client_secret_basic or client_secret_post',
  ),
  tenant_id: described(z.guid().toLowerCase().optional(), 'the id of a tenant, a UUID'),
  tenant_claim: claimPath.optional(),
  role_claim: claimPath,
  role_map: described(
    z.record(z.string().max(500), z.enum(ROLES)).optional(),
    `an object whose values are roles: ${ROLES.join(', ')}`,
  ),
  scopes: described(
    z
      .union([z.string().transform((text) => text.split(/\s+/)), z.array(z.string())])
      .pipe(z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/)).max(20))
      .default(['openid', 'profile', 'email']),
    'a list of scopes',
  ),
  allow_super_admin: described(z.boolean().default(false), 'true or false'),
};
const Provider = z.strictObject(FIELDS);
type Provider = z.output<typeof Provider>;

/**
 * The providers of `OIDC_PROVIDERS`.
 * @param value the parsed JSON
 * @throws ConfigError that names entry and field, never a value
 */
export function parseOidcProviders(
  value: unknown,
  { production }: { readonly production: boolean },
): OidcProviderConfig[] {
  const list = z.array(z.unknown()).max(MAX_PROVIDERS).safeParse(value);
  if (!list.success) throw wrong('', `must be a JSON array of up to ${MAX_PROVIDERS} providers`);
  const providers = list.data.map((entry, index) => parseProvider(entry, `[${index}]`, production));
  const slugs = new Set<string>();
  for (const [index, { slug }] of providers.entries()) {
    if (slugs.has(slug)) throw wrong(`[${index}].slug`, 'is the slug of an earlier provider');
    slugs.add(slug);
  }
  return providers;
}

function parseProvider(entry: unknown, at: string, production: boolean): OidcProviderConfig {
  const parsed = Provider.safeParse(entry);
  if (!parsed.success) throw wrongFields(parsed.error.issues, at);
  const given = parsed.data;
  const { protocol } = new URL(given.issuer);
  if (production && protocol !== 'https:') throw wrong(`${at}.issuer`, 'must be an https URL in production');
  if (given.tenant_id !== undefined && given.tenant_claim !== undefined)
    throw wrong(at, 'must have tenant_id or tenant_claim, not both');
  if (given.tenant_id === undefined && given.tenant_claim === undefined && !given.allow_super_admin)
    throw wrong(at, 'must have tenant_id or tenant_claim');
  return {
    slug: given.slug,
    name: given.name,
    issuer: given.issuer,
    clientId: given.client_id,
    clientSecret:
      given.client_secret_file === undefined
        ? undefined
        : readSecret(given.client_secret_file, `${at}.client_secret_file`),
    clientAuthentication: given.token_endpoint_auth_method,
    scopes: [...new Set(['openid', ...given.scopes])].join(' '),
    tenant: tenantOf(given),
    roleClaim: given.role_claim,
    roleMap: given.role_map && new Map(Object.entries(given.role_map)),
    allowSuperAdmin: given.allow_super_admin,
  };
}

const tenantOf = ({ tenant_id: id, tenant_claim: claim }: Provider): OidcProviderConfig['tenant'] => {
  if (id !== undefined) return { id };
  return claim === undefined ? undefined : { claim };
};

/** https, or for development http to this machine. */
function isIssuer(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, search, hash, username, password } = new URL(value);
  if (search + hash + username + password !== '') return false;
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127\.[\d.]+$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}

function readSecret(path: string, at: string): string {
  let secret: string;
  try {
    secret = readFileSync(path, 'utf8').trim();
  } catch {
    throw wrong(at, 'must be the path of a file that this user can read');
  }
  if (secret === '' || Buffer.byteLength(secret) > MAX_SECRET_BYTES)
    throw wrong(at, `must be the path of a file with the secret, of up to ${MAX_SECRET_BYTES} bytes`);
  return secret;
}

const isField = (name: unknown): name is keyof typeof FIELDS =>
  typeof name === 'string' && Object.hasOwn(FIELDS, name);

function wrongFields(issues: readonly z.core.$ZodIssue[], at: string): ConfigError {
  const texts = issues.map(({ path: [field], ...issue }) => {
    if (issue.code === 'unrecognized_keys') return `${at} has an unknown field: ${issue.keys.join(', ')}`;
    if (!isField(field)) return `${at} must be an object`;
    return `${at}.${field} must be ${FIELDS[field].description}`;
  });
  return new ConfigError(
    `Wrong configuration: ${[...new Set(texts)].map((text) => `OIDC_PROVIDERS${text}`).join('; ')}`,
  );
}

const wrong = (at: string, what: string): ConfigError =>
  new ConfigError(`Wrong configuration: OIDC_PROVIDERS${at} ${what}`);
