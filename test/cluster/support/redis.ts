import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { freePort } from '../../support/free-port.js';
import { eventually } from '../../support/wait.js';

/** A real Redis (or Valkey: `REDIS_SERVER=valkey-server`) of a test's own, on a port that it keeps. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  start(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** Freezes it: connections stay open and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Sends a command in its inline form and answers what came first. */
  command(line: string): Promise<string>;
  stop(): Promise<void>;
}

const PROGRAM = process.env['REDIS_SERVER'] ?? 'redis-server';

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  let child: ChildProcess | undefined;

  const command = async (line: string): Promise<string> => {
    const socket = createConnection(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.write(`${line}\r\n`);
      const [data] = await once(socket, 'data');
      return String(data);
    } finally {
      socket.destroy();
    }
  };
  const start = async () => {
    child = spawn(PROGRAM, ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
      stdio: 'ignore',
    });
    alive.add(child);
    await eventually(async () => (await command('PING')).includes('PONG'), { what: 'Redis answering' });
  };
  const kill = async () => {
    const running = child;
    if (!running) return;
    child = undefined;
    const exited = once(running, 'exit');
    running.kill('SIGKILL');
    await exited;
    alive.delete(running);
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    command,
    stop: kill,
  };
}
