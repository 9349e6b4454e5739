import { WebSocket } from 'ws';
import { z } from 'zod';
import { eventually, WAIT_MS } from '../../../support/wait.js';

const Control = z.object({ data: z.record(z.string(), z.unknown()) });

export interface ReceiverOptions {
  readonly token: string;
  readonly query?: Readonly<Record<string, string>>;
}

/** A client for crowds: keeps only numbers, and the last frame of each type that has none. */
export class Receiver {
  readonly seqs: number[] = [];
  readonly ws: WebSocket;
  closeCode: number | undefined;
  readonly #said = new Map<string, unknown>();

  constructor(wsUrl: string, { token, query = {} }: ReceiverOptions) {
    const url = new URL(wsUrl);
    for (const [name, value] of Object.entries({ token, ...query })) url.searchParams.set(name, value);
    this.ws = new WebSocket(url);
    this.ws.on('message', (message) => this.#receive(String(message)));
    this.ws.on('error', () => undefined);
    this.ws.on('close', (code) => {
      this.closeCode = code;
    });
  }

  get last(): number {
    return this.seqs.at(-1) ?? 0;
  }

  /** The latest `data` of a frame of this type, or undefined. */
  said(type: string): Record<string, unknown> | undefined {
    const frame = this.#said.get(type);
    return frame === undefined ? undefined : Control.parse(frame).data;
  }

  /** Waits until a frame of this type has come, and answers its data. */
  hears(type: string, timeoutMs = WAIT_MS): Promise<Record<string, unknown>> {
    return eventually(() => this.said(type), { timeoutMs, what: `a frame ${type}` });
  }

  /** Waits until this number has come. */
  async reaches(seq: number, timeoutMs = WAIT_MS): Promise<void> {
    await eventually(() => this.last >= seq, { timeoutMs, what: `event ${seq} (at ${this.last})` });
  }

  #receive(text: string): void {
    // reading the whole of a big frame would make the crowd the bottleneck
    const seq = /^\{"type":"[^"]*","id":"[^"]*","seq":(\d+),/.exec(text)?.[1];
    if (seq !== undefined) this.seqs.push(Number(seq));
    else if (text.startsWith('{')) {
      const frame: unknown = JSON.parse(text);
      this.#said.set(z.object({ type: z.string() }).parse(frame).type, frame);
    }
  }
}
