import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { DaprSubscription } from './dapr-subscription.js';
import { MAX_SIGNING_KEYS, MIN_SECRET_BYTES, parseSigningKeys, type SigningKeys } from './signing-keys.js';

/**
 * The environment variables, one schema for each. A description completes the sentence "<VARIABLE> must be …". The
 * messages of zod are never shown, because they can repeat a value, which can be a secret.
 */

/** @param expected completes the sentence "<VARIABLE> must be …" */
const described = <T extends z.ZodType>(schema: T, expected: string): T => schema.describe(expected);

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));

const wholeNumberOr = (fallback: number, min: number, max: number, unit = '') =>
  described(wholeNumber(min, max).default(fallback), `a whole number${unit} from ${min} to ${max}`);

const flag = (fallback: boolean) =>
  described(
    z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] }).default(fallback),
    'true or false',
  );

const url = (protocols: readonly string[], check: (parsed: URL) => boolean = () => true) =>
  z.string().refine((value) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    return parsed !== undefined && protocols.includes(parsed.protocol) && check(parsed);
  });

/** The path of a claim in a token, such as `realm_access.role`. */
const claimPath = (fallback: string) =>
  z
    .string()
    .regex(/^[^\s.]+(\.[^\s.]+){0,7}$/)
    .default(fallback);

const isDecodable = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

const postgresUrl = described(
  url(
    ['postgres:', 'postgresql:'],
    (parsed) => /^\/[^/]+$/.test(parsed.pathname) && isDecodable(parsed.password),
  ).optional(),
  'a URL like postgresql://user:password@host:5432/database',
);

const list = (value: string): string[] =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

const origin = z
  .string()
  .refine((value) => {
    if (!URL.canParse(value)) return false;
    const parsed = new URL(value);
    return (
      ['http:', 'https:'].includes(parsed.protocol) &&
      parsed.pathname === '/' &&
      parsed.search + parsed.hash + parsed.username === ''
    );
  })
  .transform((value) => new URL(value).origin);

const isAddressOrRange = (value: string): boolean => {
  const [address = '', bits, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
};

const networks = described(
  z
    .string()
    .transform(list)
    .pipe(z.array(z.string().refine(isAddressOrRange)))
    .default([]),
  'IP addresses or ranges like 10.0.0.0/8, separated by commas',
);

/** Text, or with `@` in front the text of the file at that path. */
const textOrFile = z.string().transform((value, context) => {
  if (!value.startsWith('@')) return value;
  try {
    return readFileSync(value.slice(1), 'utf8');
  } catch {
    context.addIssue({ code: 'custom' });
    return z.NEVER;
  }
});

const json = z.string().transform((value, context): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    context.addIssue({ code: 'custom' });
    return z.NEVER;
  }
});

/** So many bytes, without padding. */
const base64url = (bytes: number) =>
  z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`));

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const Environment = z.object({
  NODE_ENV: z.string().optional(),
  PORT: wholeNumberOr(8000, 0, 65_535),
  HOST: described(
    z
      .string()
      .regex(/^[A-Za-z0-9.:_%-]{1,255}$/)
      .default('127.0.0.1'),
    'a host name or an IP address',
  ),
  DATABASE_URL: postgresUrl,
  APP_DATABASE_URL: postgresUrl,
  AUTH_DATABASE_URL: postgresUrl,
  RELAY_DATABASE_URL: postgresUrl,
  LISTEN_DATABASE_URL: postgresUrl,
  DATABASE_WAIT_S: wholeNumberOr(60, 0, 3_600, ' of seconds'),
  DATA_DIR: described(z.string().min(1).max(4096).default('.data'), 'the path of a folder'),
  JWT_SECRET: described(
    z
      .string()
      .transform((value, context): SigningKeys => {
        const keys = parseSigningKeys(value);
        if (keys !== undefined) return keys;
        context.addIssue({ code: 'custom' });
        return z.NEVER;
      })
      .optional(),
    `at least ${MIN_SECRET_BYTES} bytes long; "openssl rand -base64 48" makes a good one. Up to ${MAX_SIGNING_KEYS} are ` +
      'written kid:secret,kid:secret, each kid and secret once, without commas in them',
  ),
  JWT_JWKS_URL: described(url(['http:', 'https:']).optional(), 'an http or https URL'),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  JWT_ROLE_CLAIM: described(claimPath('role'), 'the name of a claim, or names separated by dots'),
  JWT_TENANT_CLAIM: described(claimPath('tenant_id'), 'the name of a claim, or names separated by dots'),
  JWT_ALLOW_SUPER_ADMIN: flag(false),
  /** The fields of its entries have messages of their own (`oidc-providers.ts`). */
  OIDC_PROVIDERS: described(
    textOrFile.pipe(json).default([]),
    'a JSON array of providers (docs/operations.md), or @ and the path of a file with one',
  ),
  SUPER_ADMIN_EMAIL: described(
    z
      .email()
      .max(254)
      .transform((value) => value.toLowerCase())
      .optional(),
    'an e-mail address',
  ),
  SUPER_ADMIN_PASSWORD: described(z.string().min(12).max(200).optional(), 'from 12 to 200 characters long'),
  DEMO: flag(false),
  DEMO_TRAFFIC: flag(false),
  ENABLE_WEBSOCKET: flag(true),
  WEBSOCKET_COMPRESSION: flag(false),
  MAX_WEBSOCKET_CONNECTIONS_PER_TENANT: wholeNumberOr(100, 0, 1_000_000),
  MAX_WEBSOCKET_CONNECTIONS_PER_USER: wholeNumberOr(20, 1, 100_000),
  WEBSOCKET_HEARTBEAT_INTERVAL: wholeNumberOr(30, 1, 3_600, ' of seconds'),
  PUBLIC_URL: described(origin.optional(), 'the origin of the console, like https://clinic.example'),
  ALLOWED_ORIGINS: described(
    z.string().transform(list).pipe(z.array(origin).min(1)).optional(),
    'origins like https://clinic.example, separated by commas',
  ),
  REDIS_URL: described(url(['redis:', 'rediss:']).optional(), 'a URL like redis://host:6379'),
  MAX_CONNECTION_ATTEMPTS_PER_MINUTE: wholeNumberOr(600, 1, 10_000_000),
  TRUSTED_PROXIES: networks,
  WEBHOOK_ALLOWED_NETWORKS: networks,
  VAPID_PUBLIC_KEY: described(base64url(65).optional(), 'a public key of Web Push, 65 bytes in base64url'),
  VAPID_PRIVATE_KEY: described(base64url(32).optional(), 'a private key of Web Push, 32 bytes in base64url'),
  VAPID_SUBJECT: described(url(['mailto:', 'https:']).optional(), 'a mailto or https URL'),
  DAPR_SUBSCRIPTIONS: described(
    textOrFile.pipe(json).pipe(z.array(DaprSubscription).max(1_000)).default([]),
    'a JSON array of subscriptions (docs/integrators.md), or @ and the path of a file with one',
  ),
  APP_API_TOKEN: described(
    z
      .string()
      .regex(/^[\x21-\x7e]{1,1000}$/)
      .optional(),
    'a token of visible ASCII characters',
  ),
  EVENT_RETENTION_DAYS: wholeNumberOr(7, 1, 3_650, ' of days'),
  NOTICE_RETENTION_DAYS: wholeNumberOr(90, 1, 3_650, ' of days'),
  AUDIT_RETENTION_DAYS: wholeNumberOr(2_190, 1, 36_500, ' of days'),
  AUDIT_ARCHIVE_DIR: described(z.string().min(1).max(4096).optional(), 'the path of a folder, or none'),
  AUDIT_SIGNING_KEY_FILE: described(z.string().min(1).max(4096).optional(), 'the path of a file'),
  AUDIT_ANCHOR_FILE: described(z.string().min(1).max(4096).optional(), 'the path of a file'),
  AUDIT_ANCHOR_URL: described(url(['http:', 'https:']).optional(), 'an http or https URL'),
  AUDIT_ANCHOR_LOG: described(
    z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] }).optional(),
    'true or false',
  ),
  METRICS_TOKEN: described(
    z
      .string()
      .regex(/^[A-Za-z0-9\-._~+/]+=*$/)
      .optional(),
    'a bearer token: letters, digits and -._~+/ only',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: described(url(['http:', 'https:']).optional(), 'an http or https URL'),
  LOG_LEVEL: described(z.enum(LOG_LEVELS).default('info'), `one of ${LOG_LEVELS.join(', ')}`),
});
export type Environment = z.output<typeof Environment>;

/** The error message for a variable whose value failed its schema. */
export const expectation = (variable: PropertyKey): string => {
  const known = Object.entries(Environment.shape).find(([name]) => name === variable);
  return `${String(variable)} must be ${known?.[1].description ?? 'valid'}`;
};
