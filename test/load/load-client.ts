import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  Answer,
  type Connect,
  ConnectReport,
  type Echo,
  EchoReport,
  type Hammer,
  HammerReport,
  Report,
} from './client/commands.js';
import { type Cores, spawnNode } from './machine.js';

const PROGRAM = fileURLToPath(new URL('./client/main.js', import.meta.url));

/** The load client's process, as the bench speaks to it. */
export class LoadClient {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #next = 0;
  #ended: Error | undefined;

  constructor(cores: Cores) {
    this.#child = spawnNode(cores, [PROGRAM], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#child.on('message', (message) => this.#hear(message));
    this.#child.on('exit', (code, signal) => {
      this.#ended = new Error(`the load client ended: ${signal ?? code}`);
      for (const { reject } of this.#waiting.values()) reject(this.#ended);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Opens sockets; resolves when all are in or have failed. */
  connect(plan: Connect): Promise<ConnectReport> {
    return this.#call(ConnectReport, 'connect', plan);
  }

  /** Forgets what was counted. */
  async reset(): Promise<void> {
    await this.#call(z.unknown(), 'reset', {});
  }

  /** Waits until so many events have come since the reset, or until the time is up. */
  received(deliveries: number, timeoutMs: number): Promise<Report> {
    return this.#call(Report, 'await', { deliveries, timeoutMs });
  }

  report(): Promise<Report> {
    return this.#call(Report, 'report', {});
  }

  /** Drops the oldest sockets without a word. */
  async disconnect(sockets: number): Promise<void> {
    await this.#call(z.unknown(), 'disconnect', { sockets });
  }

  hammer(plan: Hammer): Promise<HammerReport> {
    return this.#call(HammerReport, 'hammer', plan);
  }

  echo(plan: Echo): Promise<EchoReport> {
    return this.#call(EchoReport, 'echo', plan);
  }

  stop(): void {
    this.#child.removeAllListeners('exit');
    this.#child.kill('SIGKILL');
  }

  async #call<S extends z.ZodType>(schema: S, name: string, command: object): Promise<z.output<S>> {
    if (this.#ended) throw this.#ended;
    const id = this.#next++;
    const result = await new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, name, command });
    });
    return schema.parse(result);
  }

  #hear(message: unknown): void {
    const answer = Answer.parse(message);
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(new Error(`load client: ${answer.error}`));
    else waiting?.resolve(answer.result);
  }
}
