import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { TestDatabase } from './database.js';
import { freePort } from './free-port.js';
import { withRuntimeLogins } from './migrate-step.js';
import { eventually } from './wait.js';

/** What every server of a test run signs with, unless the test says otherwise. */
export const JWT_SECRET = 'a secret of the test run that is long enough';
export const SUPER_ADMIN = { email: 'root@wardbell.test', password: 'the password of the test run' };

const LogLine = z.looseObject({ level: z.string(), msg: z.string() });
export type LogLine = z.output<typeof LogLine>;

export interface RunningServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** `ws://127.0.0.1:<port>/ws` */
  readonly wsUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly process: ChildProcess;
  /** Lines of its structured log so far. */
  logs(): readonly LogLine[];
  /** All that it printed so far, for those who look for what must not be there. */
  output(): string;
  /** SIGTERM, then waits for the end; answers the exit code. Safe to call twice. */
  stop(): Promise<number | null>;
  /** Sends a signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface ServerOptions {
  readonly database?: Pick<TestDatabase, 'ownerUrl'>;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** The built server; another build's when `WARDBELL_TEST_SERVER` names its folder. */
const main = (): string => resolve(process.env['WARDBELL_TEST_SERVER'] ?? '.', 'server/dist/main.js');
/** Nothing of the test's own environment but what finds programs. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG'];

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/**
 * Starts the built server as its users run it, a process of its own, on a free port.
 * Rejects with its output when it does not come to listen.
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'wardbell-server-'));
  const inherited = Object.fromEntries(INHERITED.map((name) => [name, process.env[name] ?? '']));
  const env = await withRuntimeLogins({
    ...inherited,
    PORT: String(await freePort()),
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    JWT_SECRET,
    // tests open many sockets with one token; those about this limit set it
    MAX_WEBSOCKET_CONNECTIONS_PER_USER: '100000',
    SUPER_ADMIN_EMAIL: SUPER_ADMIN.email,
    SUPER_ADMIN_PASSWORD: SUPER_ADMIN.password,
    ...(options.database === undefined ? {} : { DATABASE_URL: options.database.ownerUrl }),
    ...options.env,
  });
  const child = spawn(process.execPath, [main()], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  alive.add(child);
  const exited = once(child, 'exit').then(() => {
    alive.delete(child);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const logs: LogLine[] = [];
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (text) => {
      output += `${text}\n`;
      const line = parseLine(text);
      if (line !== undefined) logs.push(line);
    });
  }

  const port = await eventually(
    () => {
      const listening = logs.find((line) => line.msg === 'listening');
      if (listening !== undefined) return z.number().parse(listening['port']);
      return child.exitCode === null && child.signalCode === null ? undefined : -1;
    },
    { timeoutMs: options.timeoutMs ?? 120_000, what: 'the server listening' },
  ).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${error instanceof Error ? error.message : 'failed'}\n${output}`);
  });
  if (port === -1 || child.pid === undefined)
    throw new Error(`The server ended instead of listening:\n${output}`);

  return {
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}/ws`,
    port,
    pid: child.pid,
    process: child,
    logs: () => logs,
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
    kill: async (signal) => {
      child.kill(signal);
      await exited;
    },
  };
}

function parseLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return LogLine.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
