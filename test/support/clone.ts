import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { eventually } from './wait.js';

/** Folders that a clone does not have. */
const MADE = new Set([
  '.git',
  'node_modules',
  'dist',
  'out',
  '.next',
  'generated',
  '.cache',
  '.data',
  'coverage',
]);

/** What a command printed and how it ended. */
export interface Command {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  hasEnded(): boolean;
  /** Waits for the end; null when a signal ended it. */
  exitCode(): Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

/** The repository as somebody else gets it, in a folder that only its owner can enter. */
export class Clone {
  readonly dir: string;
  readonly #children: ChildProcess[] = [];

  /** Packages are linked from here, since a test run may have no network; everything else is made anew. */
  constructor() {
    this.dir = realpathSync(mkdtempSync(join(tmpdir(), 'wardbell-clone-')));
    chmodSync(this.dir, 0o700);
    const root = resolve('.');
    cpSync(root, this.dir, { recursive: true, filter: (path) => !MADE.has(basename(path)) });
    // Hard links cost nothing; across file systems they are impossible.
    const modules = [join(root, 'node_modules'), join(this.dir, 'node_modules')];
    try {
      execFileSync('cp', ['-al', ...modules], { stdio: 'ignore' });
    } catch {
      execFileSync('cp', ['-a', ...modules]);
    }
  }

  /**
   * Takes over the console that this test run was built with: building it is nine tenths of a build, and `npm test` has
   * just done it by the same steps. `npm start` uses it only if the record says that its inputs are the clone's.
   */
  takeConsole(): void {
    if (!existsSync('.cache/build.json')) return;
    const record = z
      .record(z.string(), z.string())
      .parse(JSON.parse(readFileSync('.cache/build.json', 'utf8')));
    const kept = Object.entries(record).filter(([title]) => title.endsWith(' the console'));
    mkdirSync(join(this.dir, '.cache'));
    writeFileSync(join(this.dir, '.cache/build.json'), JSON.stringify(Object.fromEntries(kept)));
    cpSync('admin/out', join(this.dir, 'admin/out'), { recursive: true });
  }

  run(command: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
    const [program = '', ...args] = command;
    const inherited = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
    const child = spawn(program, args, {
      cwd: this.dir,
      env: { ...inherited, npm_config_update_notifier: 'false', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        printed[name] += text;
      });
    }
    const closed = once(child, 'close');
    return {
      pid: child.pid ?? 0,
      stdout: () => printed.stdout,
      stderr: () => printed.stderr,
      hasEnded: () => child.exitCode !== null || child.signalCode !== null,
      exitCode: async () => {
        await closed;
        return child.exitCode;
      },
      kill: (signal) => child.kill(signal),
    };
  }

  /** Programs that run in this clone or on it, by their command line or working directory. */
  processes(): { pid: number; command: string }[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
      .flatMap((pid) => {
        try {
          const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
          const cwd = readlinkSync(`/proc/${pid}/cwd`);
          return command !== '' && `${command} ${cwd}`.includes(this.dir) ? [{ pid, command }] : [];
        } catch {
          return [];
        }
      });
  }

  /** Waits until nothing of this clone runs any more. */
  async isQuiet(): Promise<void> {
    await eventually(() => this.processes().length === 0 || undefined, {
      timeoutMs: 30_000,
      what: 'the end of every process of the clone',
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${this.processes().map(({ command }) => command)}`);
    });
  }

  /** Ends whatever still runs, as after a test that failed. */
  async endAll(): Promise<void> {
    for (const { pid } of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself meanwhile.
      }
    }
    await this.isQuiet();
  }

  async remove(): Promise<void> {
    await this.endAll();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
