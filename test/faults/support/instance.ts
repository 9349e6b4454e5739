import { setTimeout as delay } from 'node:timers/promises';
import { type RunningServer, startServer } from '../../support/server.js';

/** What a supervisor waits before it starts a server again that has ended. */
const RESTART_MS = 200;

/** One server of the installation on a fixed port, started again whenever it has ended. */
export class Instance {
  #server: RunningServer | undefined;
  #outputs: string[] = [];
  #stopping = false;
  #starting: Promise<void> = Promise.resolve();

  constructor(
    private readonly ownerUrl: string,
    readonly port: number,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** Resolves when it listens. Tries again while it cannot, as when the database is away. */
  start(): Promise<void> {
    this.#starting = this.#start();
    return this.#starting;
  }

  /** A signal, without waiting; SIGSTOP and SIGCONT too. */
  signal(name: NodeJS.Signals): void {
    this.#server?.process.kill(name);
  }

  /** Everything that it has printed over all of its lives. */
  get output(): string {
    return [...this.#outputs, this.#server?.output() ?? ''].join('');
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.signal('SIGCONT');
    await this.#starting;
    await this.#server?.stop();
  }

  async #start(): Promise<void> {
    while (!this.#stopping) {
      try {
        const server = await startServer({
          database: { ownerUrl: this.ownerUrl },
          env: { ...this.env, PORT: String(this.port) },
          timeoutMs: 60_000,
        });
        this.#server = server;
        server.process.once('exit', () => {
          this.#outputs.push(server.output());
          this.#server = undefined;
          if (!this.#stopping) this.#starting = delay(RESTART_MS).then(() => this.#start());
        });
        return;
      } catch {
        await delay(RESTART_MS); // its database is away
      }
    }
  }
}
