import { chmodSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { keptSecret, randomKey } from '../../platform/config/secrets.js';
import { StartError } from '../../platform/config/start-error.js';
import { errorCode } from '../../platform/errors/error-code.js';
import { errorFields } from '../../platform/log/error-fields.js';
import type { Log } from '../../platform/log/log.js';
import { type Binaries, findBinaries } from './binaries.js';
import { broken, type Cluster, openCluster, SUPERUSER } from './cluster.js';
import { lockDataDir } from './lock.js';
import { makeOwner, OWNER } from './owner.js';
import { freePort, rotate, startPostmaster } from './postmaster.js';
import { shutDown, signal } from './process.js';

export interface EmbeddedOptions {
  /** Absolute; the cluster, its log and its passwords live below it. */
  readonly dataDir: string;
  readonly log: Log;
  /** Gives up a start that is under way, as `stop` does later. */
  readonly abort?: AbortSignal;
  /** Server settings that differ from ours, for tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Delays between restarts of a PostgreSQL that died under us: doubling, up to the last. */
const RESTART_MIN_MS = 100;
const RESTART_MAX_MS = 5_000;
/** Sessions of a postmaster that was killed end by themselves, and hold its memory until then. */
const ORPHANS_GONE_MS = 15_000;
/** Starts on other ports when somebody takes ours between the look and the start. */
const MAX_PORT_ATTEMPTS = 3;

/**
 * Starts the real PostgreSQL that npm brought, on the data directory's own cluster, and keeps it running:
 * one that dies is started again on the same port.
 * @returns the URL of the owner of database `wardbell` (CREATEROLE, no superuser) and how to stop.
 * @throws StartError one line that says what to do; nothing is left running then.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  let unlock = (): void => undefined;
  try {
    mkdirSync(options.dataDir, { recursive: true });
    // PostgreSQL names its working directory without symbolic links.
    const dataDir = realpathSync(options.dataDir);
    unlock = lockDataDir(dataDir);
    const passwords = {
      superuser: keptSecret(dataDir, 'postgres-superuser-password', randomKey),
      owner: keptSecret(dataDir, 'postgres-owner-password', randomKey),
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

  /** The login that owns the database and makes the run-time roles; it is no superuser. */
  get ownerUrl(): string {
    return this.#url(OWNER, this.#passwords.owner, 'wardbell');
  }

  /** For tests that make databases of their own. The server never uses it. */
  get superuserUrl(): string {
    return this.#url(SUPERUSER, this.#passwords.superuser, 'postgres');
  }

  /** The postmaster's process number while it runs. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** @throws StartError when PostgreSQL cannot run on this cluster. */
  async start(): Promise<void> {
    rotate(this.#logPath);
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
      throw broken(
        this.#cluster.dir,
        code === '28P01' ? 'its postgres-superuser-password file is lost or changed' : `login: ${code}`,
      );
    }
  }

  /** Ends PostgreSQL cleanly; safe to call twice. Resolves when it is gone. */
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

  /** A process that exits without `stop` takes PostgreSQL with it. */
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
      if (!isPortTaken && !isWaiting) throw broken(this.#cluster.dir, failure);
      await delay(RESTART_MIN_MS);
    }
    writeFileSync(memory, `${this.#port}\n`);
    chmodSync(memory, 0o600);
  }

  /** Answers why it failed, if it did. */
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
