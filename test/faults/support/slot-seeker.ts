import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Random } from './random.js';

export interface SlotSeekerParts {
  readonly ports: readonly number[];
  readonly token: () => Promise<string>;
  readonly random: Random;
}

/** A client of a clinic with fewer slots than clients: it tries until it is let in, and again when it is put out. */
export class SlotSeeker {
  #socket: WebSocket | undefined;
  #isIn = false;
  #stopped = false;

  constructor(private readonly parts: SlotSeekerParts) {}

  /** Was told `connected` and has not been closed. */
  get isIn(): boolean {
    return this.#isIn;
  }

  async run(): Promise<void> {
    const { ports, random, token } = this.parts;
    for (;;) {
      const authorization = `Bearer ${await token()}`;
      if (this.#stopped) return; // a socket that is opened later would be closed by nobody
      const socket = new WebSocket(`ws://127.0.0.1:${random.pick(ports)}/ws`, { headers: { authorization } });
      this.#socket = socket;
      await new Promise<void>((resolve) => {
        socket.on('message', () => {
          this.#isIn = socket.readyState === WebSocket.OPEN;
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve());
      });
      this.#isIn = false;
      if (!this.#stopped) await delay(random.between(500, 1_500));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.terminate();
  }
}
