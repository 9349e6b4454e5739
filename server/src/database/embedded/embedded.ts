import { chmodSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadOrCreateSecret, randomKey } from '../../platform/config/secrets.js';
import { StartError } from '../../platform/config/start-error.js';
import { errorCode } from '../../platform/errors/error-code.js';
import { errorFields } from '../../platform/log/error-fields.js';
import type { Log } from '../../platform/log/log.js';
import { type Binaries, findBinaries } from './binaries.js';
import { type Cluster, clusterError, openCluster, SUPERUSER } from './cluster.js';
import { lockDataDir } from './lock.js';
import { makeOwner, OWNER } from './owner.js';
import { freePort, rotateLog, startPostmaster } from './postmaster.js';
import { shutDown, signal } from './process.js';

export interface EmbeddedOptions {
  /** Absolute path of the folder with the cluster, its log and its passwords. */
  readonly dataDir: string;
  readonly log: Log;
  /** Aborts a start in progress. */
  readonly abort?: AbortSignal;
  /** Overrides of the server settings, for tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Delay before PostgreSQL is restarted after a crash: doubles from the minimum to the maximum. */
const RESTART_MIN_MS = 100;
const RESTART_MAX_MS = 5_000;
/** Wait for the backends of a killed postmaster, which hold its shared memory until they exit. */
const ORPHANS_GONE_MS = 15_000;
/** Attempts with other ports when another program takes the chosen one before PostgreSQL binds it. */
const MAX_PORT_ATTEMPTS = 3;

/**
 * Starts the PostgreSQL of the npm package on the cluster in the data directory, and restarts it on the same port when
 * it exits.
 * @throws StartError one line with the remedy; no process is left running
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  let unlock = (): void => undefined;
  try {
    mkdirSync(options.dataDir, { recursive: true });
    // PostgreSQL reports its working directory without symbolic links.
    const dataDir = realpathSync(options.dataDir);
    unlock = lockDataDir(dataDir);
    const passwords = {
      superuser: loadOrCreateSecret(dataDir, 'postgres-superuser-password', randomKey),
      owner: loadOrCreateSecret(dataDir, 'postgres-owner-password', randomKey),
    };
    const binaries = await findBinaries();
    const cluster = await openCluster(dataDir, binaries, passwords.superuser);
    const server = new EmbeddedPostgres(options, dataDir, cluster, binaries, unlock, passwords);
    await server.start();
    return server;
  } catch (error) {
    unlock();
    if (error instanceof StartError) throw error;
    throw new StartError(`DATA_DIR must be a folder that this user can read and write (${errorCode(error)})`);
  }
}

export class EmbeddedPostgres {
  readonly #options: EmbeddedOptions;
  readonly #dataDir: string;
  readonly #cluster: Cluster;
  readonly #binaries: Binaries;
  readonly #unlock: () => void;
  readonly #passwords: { readonly superuser: string; readonly owner: string };
  readonly #logPath: string;
  readonly #stopping = new AbortController();
  #port = 0;
  #pid: number | undefined;
  #restarting: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  /** Use `startEmbeddedPostgres`. */
  constructor(
    options: EmbeddedOptions,
    dataDir: string,
    cluster: Cluster,
    binaries: Binaries,
    unlock: () => void,
    passwords: { readonly superuser: string; readonly owner: string },
  ) {
    this.#options = options;
    this.#dataDir = dataDir;
    this.#cluster = cluster;
    this.#binaries = binaries;
    this.#unlock = unlock;
    this.#passwords = passwords;
    this.#logPath = join(dataDir, 'postgres.log');
  }

  /** URL of the login that owns database `wardbell` and creates the run-time roles (CREATEROLE, not superuser). */
  get ownerUrl(): string {
    return this.#url(OWNER, this.#passwords.owner, 'wardbell');
  }

  /** URL of the superuser, for tests that create databases. The server never uses it. */
  get superuserUrl(): string {
    return this.#url(SUPERUSER, this.#passwords.superuser, 'postgres');
  }

  /** Process id of the running postmaster. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** @throws StartError when PostgreSQL cannot run on this cluster. */
  async start(): Promise<void> {
    rotateLog(this.#logPath);
    const giveUp = (): void => this.#stopping.abort();
    this.#options.abort?.addEventListener('abort', giveUp, { once: true });
    if (this.#options.abort?.aborted === true) giveUp();
    try {
      await this.#launchOnFreePort();
    } finally {
      this.#options.abort?.removeEventListener('abort', giveUp);
    }
    process.once('exit', this.#abandon);
    try {
      await makeOwner(this.superuserUrl, this.#passwords.owner);
    } catch (error) {
      await this.stop();
      const code = errorCode(error);
      throw clusterError(
        this.#cluster.dir,
        code === '28P01' ? 'its postgres-superuser-password file is lost or changed' : `login: ${code}`,
      );
    }
  }

  /** Shuts PostgreSQL down cleanly. May be called twice. Resolves when the process has ended. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#restarting;
    process.removeListener('exit', this.#abandon);
    if (this.#pid !== undefined) await shutDown(this.#pid);
    this.#pid = undefined;
    this.#unlock();
  }

  /** Ends PostgreSQL when this process exits without `stop`. */
  readonly #abandon = (): void => {
    if (this.#pid !== undefined) signal(this.#pid, 'SIGINT');
  };

  async #launchOnFreePort(): Promise<void> {
    const memory = join(this.#dataDir, 'postgres-port');
    const deadline = performance.now() + ORPHANS_GONE_MS;
    for (let attempt = 1; ; attempt += 1) {
      this.#port = await freePort(attempt === 1 ? rememberedPort(memory) : this.#port);
      const failure = await this.#launch();
      if (failure === undefined) break;
      const isPortTaken = /TCP\/IP sockets|bind IPv4/.test(failure) && attempt < MAX_PORT_ATTEMPTS;
      const isWaiting = /shared memory block/.test(failure) && performance.now() < deadline;
      if (!isPortTaken && !isWaiting) throw clusterError(this.#cluster.dir, failure);
      await delay(RESTART_MIN_MS);
    }
    writeFileSync(memory, `${this.#port}\n`);
    chmodSync(memory, 0o600);
  }

  /** Returns the reason of a failure, or undefined on success. */
  async #launch(): Promise<string | undefined> {
    const outcome = await startPostmaster(this.#cluster, this.#binaries, {
      port: this.#port,
      logPath: this.#logPath,
      settings: this.#options.settings,
      abort: this.#stopping.signal,
      onSlow: () => this.#options.log.info('database still starting, perhaps recovering from a crash'),
    });
    if (outcome.kind === 'failed') return outcome.reason;
    this.#pid = outcome.pid;
    outcome.child.once('exit', () => {
      this.#pid = undefined;
      if (!this.#stopping.signal.aborted) this.#restarting = this.#restart();
    });
    this.#options.log.debug('embedded database running', { pid: outcome.pid, port: this.#port });
    return undefined;
  }

  async #restart(): Promise<void> {
    const { log } = this.#options;
    log.error('embedded database died');
    for (
      let wait = RESTART_MIN_MS;
      !this.#stopping.signal.aborted;
      wait = Math.min(wait * 2, RESTART_MAX_MS)
    ) {
      await delay(wait, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
      try {
        if ((await this.#launch()) === undefined) {
          log.warn('embedded database running again', { port: this.#port });
          return;
        }
      } catch (error) {
        log.error('embedded database cannot be restarted', errorFields(error));
        continue;
      }
      log.error('embedded database cannot be restarted', { delay_ms: wait });
    }
  }

  #url(user: string, password: string, database: string): string {
    return `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.#port}/${database}`;
  }
}

function rememberedPort(path: string): number {
  try {
    const port = Number(readFileSync(path, 'utf8'));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
  } catch {
    return 0;
  }
}
