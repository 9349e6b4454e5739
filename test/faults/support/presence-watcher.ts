import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Random } from './random.js';

const Status = z.object({
  type: z.literal('user_status'),
  data: z.object({ user_id: z.string(), status: z.enum(['online', 'offline']) }),
});
type Status = z.output<typeof Status>['data'];
const List = z.object({
  data: z.array(z.object({ user_id: z.string(), status: z.enum(['online', 'offline']) })),
});
const TIMEOUT_MS = 5_000;

export interface PresenceWatcherParts {
  readonly tenantId: string;
  readonly userId: string;
  readonly ports: readonly number[];
  readonly token: () => Promise<string>;
  readonly random: Random;
}

/** Follows who of a clinic is online: reads the list at each connection, and applies the frames after that. */
export class PresenceWatcher {
  readonly #online = new Set<string>();
  #socket: WebSocket | undefined;
  #isCurrent = false;
  #stopped = false;

  constructor(readonly parts: PresenceWatcherParts) {}

  /** Users that it believes online; undefined while it is not connected or has not read the list. */
  get online(): ReadonlySet<string> | undefined {
    return this.#isCurrent && this.#socket?.readyState === WebSocket.OPEN ? this.#online : undefined;
  }

  async run(): Promise<void> {
    const { ports, token, random } = this.parts;
    for (;;) {
      const authorization = `Bearer ${await token()}`;
      if (this.#stopped) return; // a socket that is opened later would be closed by nobody
      const port = random.pick(ports);
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/presence`, { headers: { authorization } });
      this.#socket = socket;
      this.#isCurrent = false;
      /** Frames that came before the list. */
      const early: Status[] = [];
      socket.on('error', () => undefined);
      socket.on('message', (text) => {
        const message: unknown = JSON.parse(String(text));
        const status = Status.safeParse(message);
        if (status.success) {
          if (this.#isCurrent) this.#apply(status.data.data);
          else early.push(status.data.data);
        } else if (Object(message).type === 'connected')
          this.#load(port).then(
            (list) => {
              if (this.#socket !== socket) return;
              this.#online.clear();
              for (const row of [...list, ...early]) this.#apply(row);
              this.#isCurrent = true;
            },
            () => socket.terminate(),
          );
      });
      await new Promise<void>((resolve) => socket.on('close', () => resolve()));
      if (!this.#stopped) await delay(random.between(100, 1_000));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.terminate();
  }

  async #load(port: number): Promise<Status[]> {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/presence`, {
      headers: { authorization: `Bearer ${await this.parts.token()}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return List.parse(await response.json()).data;
  }

  #apply({ user_id, status }: Status): void {
    if (status === 'online') this.#online.add(user_id);
    else this.#online.delete(user_id);
  }
}

/** A person who comes and goes: connected for a few seconds, away for a few. */
export class Visitor {
  #stopped = false;

  constructor(private readonly parts: Pick<PresenceWatcherParts, 'ports' | 'token' | 'random'>) {}

  async run(): Promise<void> {
    const { ports, token, random } = this.parts;
    while (!this.#stopped) {
      const socket = new WebSocket(`ws://127.0.0.1:${random.pick(ports)}/ws/presence`, {
        headers: { authorization: `Bearer ${await token()}` },
      });
      socket.on('error', () => undefined);
      const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
      await delay(random.between(100, 4_000));
      socket.terminate();
      await closed;
      await delay(random.between(100, 4_000));
    }
  }

  stop(): void {
    this.#stopped = true;
  }
}
