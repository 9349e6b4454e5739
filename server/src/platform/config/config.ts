import { resolve } from 'node:path';
import type { DaprSubscription } from './dapr-subscription.js';
import { Environment, type LogLevel } from './environment.js';
import { type OidcProviderConfig, parseOidcProviders } from './oidc-providers.js';
import { type PushConfig, pushConfigOf } from './push-config.js';
import { readSettings } from './read-settings.js';
import { loadOrCreateSecret, randomKey, randomPassword } from './secrets.js';
import type { SigningKeys } from './signing-keys.js';
import { ConfigError } from './start-error.js';

/** An issuer of tokens besides this server. */
export interface IdentityProviderConfig {
  /** Its keys (RFC 7517). */
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** Paths of claims, separated by dots. */
  readonly roleClaim: string;
  readonly tenantClaim: string;
  /** Whether its tokens may have the role `super_admin`. */
  readonly allowSuperAdmin: boolean;
}

/** Where signed heads of the audit log go besides the database. */
export interface AuditAnchorConfig {
  /** Absolute path. */
  readonly file: string | undefined;
  readonly url: string | undefined;
  readonly log: boolean;
}

/** The configuration of this process, read once at start. A class, so that it serves as its own injection token. */
export abstract class Config {
  /** 0 takes any free port. */
  abstract readonly port: number;
  abstract readonly host: string;
  /** Login of the owner, for commands only: a server refuses to start with it. */
  abstract readonly databaseUrl: string | undefined;
  /** No database is named, so the PostgreSQL of the npm package is started on `dataDir`. */
  abstract readonly isDatabaseEmbedded: boolean;
  /** URL for LISTEN that bypasses a connection pooler. Without a user name, the relay's is used. */
  abstract readonly listenDatabaseUrl: string | undefined;
  /** How long start-up waits for the database. */
  abstract readonly databaseWaitS: number;
  /** Logins of the three roles that serve; all of them are needed unless the database is embedded. */
  abstract readonly appDatabaseUrl: string | undefined;
  abstract readonly authDatabaseUrl: string | undefined;
  abstract readonly relayDatabaseUrl: string | undefined;
  /** Absolute path. */
  abstract readonly dataDir: string;
  /** Sign and verify our tokens, and what is derived from them. */
  abstract readonly jwtKeys: SigningKeys;
  /** The secret of the first, for keys that nothing old is read with. */
  abstract readonly jwtSecret: string;
  abstract readonly identityProvider: IdentityProviderConfig | undefined;
  /** Providers that people sign in with. Not empty only if `publicUrl` is set. */
  abstract readonly oidcProviders: readonly OidcProviderConfig[];
  abstract readonly superAdmin: { readonly email: string; readonly password: string };
  abstract readonly demo: boolean;
  abstract readonly demoTraffic: boolean;
  abstract readonly enableWebsocket: boolean;
  abstract readonly websocketCompression: boolean;
  /** Limits of tenants without their own. */
  abstract readonly maxConnectionsPerTenant: number;
  abstract readonly maxConnectionsPerUser: number;
  abstract readonly heartbeatIntervalS: number;
  /** Where people open the console: the relying party of passkeys. Undefined: no passkeys (production only). */
  abstract readonly publicUrl: string | undefined;
  /** `null`: only the origin of this server. */
  abstract readonly allowedOrigins: readonly string[] | null;
  abstract readonly redisUrl: string | undefined;
  abstract readonly maxConnectionAttemptsPerMinute: number;
  /** IP addresses and CIDR ranges. */
  abstract readonly trustedProxies: readonly string[];
  /** IP addresses and CIDR ranges beside the public ones that outgoing requests may reach. */
  abstract readonly allowedNetworks: readonly string[];
  abstract readonly daprSubscriptions: readonly DaprSubscription[];
  /** Token that a Dapr sidecar must send. Undefined: none is required. */
  abstract readonly appApiToken: string | undefined;
  abstract readonly eventRetentionDays: number;
  abstract readonly noticeRetentionDays: number;
  abstract readonly auditRetentionDays: number;
  /**
   * Absolute path that expired audit months are exported to before they are dropped. `null`: they are dropped without
   * an export. Undefined: they are kept.
   */
  abstract readonly auditArchiveDir: string | null | undefined;
  /** Absolute path of the key that signs heads of the audit log. Undefined: it is generated into `dataDir`. */
  abstract readonly auditSigningKeyFile: string | undefined;
  abstract readonly auditAnchors: AuditAnchorConfig;
  abstract readonly push: PushConfig;
  abstract readonly metricsToken: string | undefined;
  /** URL of an OpenTelemetry collector. Undefined: tracing is off. */
  abstract readonly otlpEndpoint: string | undefined;
  abstract readonly logLevel: LogLevel;
  abstract readonly production: boolean;
}

const DATABASES = ['DATABASE_URL', 'APP_DATABASE_URL', 'AUTH_DATABASE_URL', 'RELAY_DATABASE_URL'] as const;

/** The super admin's address outside production; `.test` can never receive mail (RFC 6761). */
const DEMO_SUPER_ADMIN_EMAIL = 'super@wardbell.test';

/**
 * Reads the environment. Outside production the secrets that are not given are generated into `DATA_DIR`.
 * @param env usually `process.env`; an empty variable counts as unset.
 * @throws ConfigError one line that names every wrong variable and what is expected of it.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const values = readSettings(Environment, env);
  const production = values.NODE_ENV === 'production';
  assertConsistent(values, production);

  const dataDir = resolve(values.DATA_DIR);
  const jwtKeys: SigningKeys = values.JWT_SECRET ?? [
    { kid: undefined, secret: loadOrCreateSecret(dataDir, 'jwt-secret', randomKey) },
  ];
  return {
    port: values.PORT,
    host: values.HOST,
    databaseUrl: values.DATABASE_URL,
    isDatabaseEmbedded: DATABASES.every((name) => values[name] === undefined),
    listenDatabaseUrl: values.LISTEN_DATABASE_URL,
    databaseWaitS: values.DATABASE_WAIT_S,
    appDatabaseUrl: values.APP_DATABASE_URL,
    authDatabaseUrl: values.AUTH_DATABASE_URL,
    relayDatabaseUrl: values.RELAY_DATABASE_URL,
    dataDir,
    jwtKeys,
    jwtSecret: jwtKeys[0].secret,
    identityProvider: identityProviderOf(values, production),
    oidcProviders: oidcProvidersOf(values, production),
    superAdmin: {
      email: values.SUPER_ADMIN_EMAIL ?? DEMO_SUPER_ADMIN_EMAIL,
      password:
        values.SUPER_ADMIN_PASSWORD ?? loadOrCreateSecret(dataDir, 'super-admin-password', randomPassword),
    },
    demo: values.DEMO,
    demoTraffic: values.DEMO_TRAFFIC,
    enableWebsocket: values.ENABLE_WEBSOCKET,
    websocketCompression: values.WEBSOCKET_COMPRESSION,
    maxConnectionsPerTenant: values.MAX_WEBSOCKET_CONNECTIONS_PER_TENANT,
    maxConnectionsPerUser: values.MAX_WEBSOCKET_CONNECTIONS_PER_USER,
    heartbeatIntervalS: values.WEBSOCKET_HEARTBEAT_INTERVAL,
    publicUrl: values.PUBLIC_URL ?? (production ? undefined : `http://localhost:${values.PORT}`),
    allowedOrigins: values.ALLOWED_ORIGINS ?? null,
    redisUrl: values.REDIS_URL,
    maxConnectionAttemptsPerMinute: values.MAX_CONNECTION_ATTEMPTS_PER_MINUTE,
    trustedProxies: values.TRUSTED_PROXIES,
    allowedNetworks: values.WEBHOOK_ALLOWED_NETWORKS,
    push: pushConfigOf(values),
    daprSubscriptions: values.DAPR_SUBSCRIPTIONS,
    appApiToken: values.APP_API_TOKEN,
    eventRetentionDays: values.EVENT_RETENTION_DAYS,
    noticeRetentionDays: values.NOTICE_RETENTION_DAYS,
    auditRetentionDays: values.AUDIT_RETENTION_DAYS,
    auditArchiveDir: parseArchiveDir(values.AUDIT_ARCHIVE_DIR),
    auditSigningKeyFile: values.AUDIT_SIGNING_KEY_FILE && resolve(values.AUDIT_SIGNING_KEY_FILE),
    auditAnchors: auditAnchorsOf(values),
    metricsToken: values.METRICS_TOKEN,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    logLevel: values.LOG_LEVEL,
    production,
  };
}

/** An issuer or audience that is not checked would accept the tokens of every application of the provider. */
function identityProviderOf(
  { JWT_JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience, ...values }: Environment,
  production: boolean,
): IdentityProviderConfig | undefined {
  if (jwksUrl === undefined) return undefined;
  if (issuer === undefined || audience === undefined) {
    const missing = [...(issuer ? [] : ['JWT_ISSUER']), ...(audience ? [] : ['JWT_AUDIENCE'])];
    throw new ConfigError(`Wrong configuration: set ${missing.join(', ')}, required with JWT_JWKS_URL`);
  }
  if (production && !jwksUrl.startsWith('https:')) {
    throw new ConfigError('Wrong configuration: JWT_JWKS_URL must be an https URL in production');
  }
  return {
    jwksUrl,
    issuer,
    audience,
    roleClaim: values.JWT_ROLE_CLAIM,
    tenantClaim: values.JWT_TENANT_CLAIM,
    allowSuperAdmin: values.JWT_ALLOW_SUPER_ADMIN,
  };
}

function oidcProvidersOf(
  { OIDC_PROVIDERS: value, PUBLIC_URL: publicUrl }: Environment,
  production: boolean,
): OidcProviderConfig[] {
  const providers = parseOidcProviders(value, { production });
  if (production && providers.length > 0 && publicUrl === undefined) {
    throw new ConfigError('Wrong configuration: set PUBLIC_URL, required in production with OIDC_PROVIDERS');
  }
  return providers;
}

/** Without another anchor the log is one, because heads that only the database has prove little against its owner. */
const auditAnchorsOf = ({
  AUDIT_ANCHOR_FILE: file,
  AUDIT_ANCHOR_URL: url,
  AUDIT_ANCHOR_LOG: log,
}: Environment): AuditAnchorConfig => ({
  file: file && resolve(file),
  url,
  log: log ?? (file === undefined && url === undefined),
});

const parseArchiveDir = (value: string | undefined): string | null | undefined => {
  if (value === undefined) return undefined;
  return value === 'none' ? null : resolve(value);
};

function assertConsistent(values: Environment, production: boolean): void {
  if (production) {
    const missing = (['JWT_SECRET', 'SUPER_ADMIN_EMAIL', 'SUPER_ADMIN_PASSWORD'] as const).filter(
      (name) => values[name] === undefined,
    );
    if (missing.length > 0) {
      throw new ConfigError(`Wrong configuration: set ${missing.join(', ')}, required in production`);
    }
    if (values.DAPR_SUBSCRIPTIONS.length > 0 && values.APP_API_TOKEN === undefined) {
      throw new ConfigError(
        'Wrong configuration: set APP_API_TOKEN, required in production with DAPR_SUBSCRIPTIONS',
      );
    }
  }
  if (values.LISTEN_DATABASE_URL !== undefined && DATABASES.every((name) => values[name] === undefined)) {
    throw new ConfigError(
      'Wrong configuration: LISTEN_DATABASE_URL is set, so APP_DATABASE_URL, AUTH_DATABASE_URL and RELAY_DATABASE_URL must be set too',
    );
  }
}
