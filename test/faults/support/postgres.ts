import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Binaries, findBinaries } from '../../../server/src/database/embedded/binaries.js';
import { type Cluster, openCluster, SUPERUSER } from '../../../server/src/database/embedded/cluster.js';
import { makeOwner, OWNER } from '../../../server/src/database/embedded/owner.js';
import { startPostmaster } from '../../../server/src/database/embedded/postmaster.js';
import { isGone, shutDown, signal } from '../../../server/src/database/embedded/process.js';
import { freePort } from '../../support/free-port.js';

const GONE_MS = 10_000;

/** A PostgreSQL of one run's own, to be killed, frozen and started again. Nobody else brings it back. */
export class Postgres {
  #pid: number | undefined;
  #frozen: readonly number[] = [];
  #turn: Promise<void> = Promise.resolve();

  private constructor(
    private readonly dir: string,
    private readonly cluster: Cluster,
    private readonly binaries: Binaries,
    private readonly passwords: { readonly superuser: string; readonly owner: string },
    readonly port: number,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  static async create(settings: Readonly<Record<string, string>> = {}, parent = tmpdir()): Promise<Postgres> {
    const dir = realpathSync(mkdtempSync(join(parent, 'wardbell-faults-')));
    const passwords = { superuser: randomBytes(16).toString('hex'), owner: randomBytes(16).toString('hex') };
    const binaries = await findBinaries();
    const cluster = await openCluster(dir, binaries, passwords.superuser);
    const postgres = new Postgres(dir, cluster, binaries, passwords, await freePort(), settings);
    await postgres.start();
    await makeOwner(postgres.#url(SUPERUSER, passwords.superuser, 'postgres'), passwords.owner);
    return postgres;
  }

  /** What `DATABASE_URL` is set to. */
  get ownerUrl(): string {
    return this.#url(OWNER, this.passwords.owner, OWNER);
  }

  /** Sees every row: the oracle's. */
  get superuserUrl(): string {
    return this.#url(SUPERUSER, this.passwords.superuser, OWNER);
  }

  /** One thing happens to it at a time: on a busy machine a recovery may last until the next fault is due. */
  inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Starts it, or starts it again; recovers from a crash first. */
  async start(): Promise<void> {
    const outcome = await startPostmaster(this.cluster, this.binaries, {
      port: this.port,
      logPath: join(this.dir, 'postgres.log'),
      settings: { max_connections: '120', ...this.settings },
      abort: new AbortController().signal,
      onSlow: () => undefined,
    });
    if (outcome.kind === 'failed') throw new Error(`PostgreSQL does not start: ${outcome.reason}`);
    this.#pid = outcome.pid;
  }

  /** A standby that streams from this one, which is stopped for the copy and started again. */
  async createStandby(settings: Readonly<Record<string, string>> = {}): Promise<Postgres> {
    if (this.#pid !== undefined) await shutDown(this.#pid);
    const dir = realpathSync(mkdtempSync(join(tmpdir(), 'wardbell-faults-')));
    chmodSync(dir, 0o755);
    execFileSync('cp', ['-a', this.cluster.dir, dir]);
    writeFileSync(join(dir, 'postgres', 'standby.signal'), '');
    await this.start();
    const cluster = await openCluster(dir, this.binaries, this.passwords.superuser);
    const primary = `host=127.0.0.1 port=${this.port} user=${SUPERUSER} password=${this.passwords.superuser}`;
    const standby = new Postgres(dir, cluster, this.binaries, this.passwords, await freePort(), {
      primary_conninfo: primary,
      ...settings,
    });
    await standby.start();
    return standby;
  }

  /** kill -9 of the postmaster and of every process of it, at once. */
  async kill(): Promise<void> {
    const pids = this.#processes();
    for (const pid of pids) signal(pid, 'SIGKILL');
    for (const pid of pids) await isGone(pid, GONE_MS);
    this.#pid = undefined;
    this.#frozen = [];
  }

  /** SIGSTOP: it keeps its connections and answers nothing. */
  freeze(): void {
    this.#frozen = this.#processes();
    for (const pid of this.#frozen) signal(pid, 'SIGSTOP');
  }

  /** Stops the process that writes the WAL for those who do not wait for it, until `kill` or `thaw`. */
  freezeWalWriter(pid: number): void {
    this.#frozen = [...this.#frozen, pid];
    signal(pid, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of this.#frozen) signal(pid, 'SIGCONT');
    this.#frozen = [];
  }

  async remove(): Promise<void> {
    this.thaw();
    if (this.#pid !== undefined) await shutDown(this.#pid);
    this.#pid = undefined;
    rmSync(this.dir, { recursive: true, force: true });
  }

  #processes(): number[] {
    const postmaster = this.#pid;
    if (postmaster === undefined) return [];
    const children = readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && parentOf(pid) === postmaster);
    return [postmaster, ...children];
  }

  #url(user: string, password: string, database: string): string {
    return `postgresql://${user}:${password}@127.0.0.1:${this.port}/${database}`;
  }
}

const parentOf = (pid: number): number | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
};
