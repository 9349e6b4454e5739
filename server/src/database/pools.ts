import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { RolePool } from './role-pool.js';
import type { Login } from './roles.js';

/** Login URLs of the run-time roles. */
export abstract class DatabaseLogins {
  abstract readonly app: Login;
  abstract readonly auth: Login;
  abstract readonly relay: Login;
  /** The relay's login for LISTEN, which must not pass through a pooler. */
  abstract readonly listenUrl: string;
}

/**
 * The commits of one tenant are serialized, so more connections would only wait inside PostgreSQL. One tenant may hold
 * a third of them, so that a lock that is held for long does not block the others.
 */
const APP_CONNECTIONS = 12;
/** Transactions here are short: a password is hashed between them, for longer than they take. */
const AUTH_CONNECTIONS = 3;
/** Three for super admins and background work, two always for log reads of the hub, admission and reports, which are short. */
const RELAY_CONNECTIONS = 5;

/** The role that row-level security confines to one tenant. */
@Injectable()
export class AppPool extends RolePool implements OnApplicationShutdown {
  constructor(logins: DatabaseLogins) {
    super({
      login: logins.app,
      applicationName: 'wardbell',
      size: APP_CONNECTIONS,
      transactions: APP_CONNECTIONS,
      transactionsPerTenant: APP_CONNECTIONS / 3,
      connectTimeoutMs: 5_000,
    });
  }

  onApplicationShutdown(): Promise<void> {
    return this.end();
  }
}

/** The role of accounts, sign-in, sessions and factors, which reads neither the log nor patients. */
@Injectable()
export class AuthPool extends RolePool implements OnApplicationShutdown {
  constructor(logins: DatabaseLogins) {
    super({
      login: logins.auth,
      applicationName: 'wardbell-auth',
      size: AUTH_CONNECTIONS,
      transactions: AUTH_CONNECTIONS,
      transactionsPerTenant: AUTH_CONNECTIONS - 1,
      connectTimeoutMs: 5_000,
    });
  }

  onApplicationShutdown(): Promise<void> {
    return this.end();
  }
}

/** The role that works across tenants and has access to neither patients nor secrets of people. */
@Injectable()
export class RelayPool extends RolePool implements OnApplicationShutdown {
  constructor(private readonly logins: DatabaseLogins) {
    super({
      login: logins.relay,
      applicationName: 'wardbell-relay',
      size: RELAY_CONNECTIONS,
      transactions: RELAY_CONNECTIONS - 2,
      transactionsPerTenant: RELAY_CONNECTIONS - 2,
      connectTimeoutMs: 2_000,
    });
  }

  /** A connection for LISTEN. The caller connects and ends it. */
  listener(): pg.Client {
    return this.dedicated('wardbell-listen', 5_000, this.logins.listenUrl);
  }

  onApplicationShutdown(): Promise<void> {
    return this.end();
  }
}
