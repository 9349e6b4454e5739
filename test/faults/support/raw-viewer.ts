import { setTimeout as delay } from 'node:timers/promises';
import { Patient } from '@wardbell/contract';
import { z } from 'zod';
import type { Random } from './random.js';
import {
  openEventStream,
  openSocket,
  poll,
  type RawConnection,
  type RawTransport,
} from './raw-transports.js';
import { Spans } from './spans.js';
import type { Segment, Viewer } from './subscriber.js';

/** The server vouches for a stream with `position`, at least so often; after that it vouches for nothing. */
const VOUCHED_MS = 5_000;
const LOAD_TIMEOUT_MS = 5_000;

const Message = z.looseObject({
  type: z.string(),
  seq: z.number().optional(),
  tenant_id: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});
type Message = z.output<typeof Message>;
const Place = z.object({ seq: z.number(), count: z.number() });
const Polled = z.object({ seq: z.number() });
const Resumed = z.object({ from: z.number(), to: z.number(), count: z.number() });
const Written = z.looseObject({ id: z.string(), version: z.number() });
const Deleted = z.object({ patient_id: z.string() });
const Page = z.object({
  data: z.array(Patient),
  next: z.string().nullable(),
  seq: z.number(),
  epoch: z.string(),
});

/** What the server said of a stream: complete up to `seq`, with so many events on this connection. */
export interface Claim {
  readonly kind: 'position' | 'resumed';
  readonly seq: number;
  readonly count: number;
  /** Events that had come: of this connection, and of the whole segment. */
  readonly received: number;
  readonly receivedInAll: number;
}

export interface RawViewerParts {
  readonly viewer: Viewer & { readonly tenantId: string };
  /** Instances, straight: nothing between them and this client delays what they say. */
  readonly ports: readonly number[];
  readonly token: () => Promise<string>;
  readonly random: Random;
  /** WebSocket unless said. */
  readonly transport?: RawTransport;
}

const OPEN = { websocket: openSocket, sse: openEventStream, poll } as const;

/**
 * A client without the SDK: it loads the list, connects from its number, and believes what the server says. It
 * notices nothing, orders nothing and asks for nothing again; it only connects again from the last number that it
 * was told.
 */
export class RawViewer {
  readonly claims: Claim[] = [];
  /** When the server vouched for the stream. */
  readonly vouched = new Spans();
  resyncs = 0;
  #segment: Segment | undefined;
  #epoch = '';
  #seq = 0;
  #received = 0;
  readonly #list = new Map<string, number>();
  #connection: RawConnection | undefined;
  #stopped = false;

  constructor(private readonly parts: RawViewerParts) {}

  get viewer(): RawViewerParts['viewer'] {
    return this.parts.viewer;
  }

  get segments(): readonly Segment[] {
    return this.#segment ? [this.#segment] : [];
  }

  /** Patients and their versions, as the list and the events after it say. */
  get rows(): readonly { readonly id: string; readonly version: number }[] {
    return [...this.#list].map(([id, version]) => ({ id, version }));
  }

  /** Up to where the server has said that the stream is complete. */
  get seq(): number {
    return this.#seq;
  }

  get isOpen(): boolean {
    return this.#connection?.isOpen === true;
  }

  async run(): Promise<void> {
    const { random } = this.parts;
    await this.#load();
    while (!this.#stopped) {
      await this.#connect().catch(() => undefined);
      this.vouched.end();
      if (!this.#stopped) await delay(random.between(100, 1_000));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#connection?.close();
  }

  async #load(): Promise<void> {
    while (!this.#stopped) {
      try {
        const first = await this.#page(null);
        this.#list.clear();
        let page = first;
        for (;;) {
          for (const { id, version } of page.data) this.#list.set(id, version);
          if (page.next === null) break;
          page = await this.#page(page.next);
        }
        this.#seq = first.seq;
        this.#epoch = first.epoch;
        this.#segment = { tenantId: this.viewer.tenantId, after: first.seq, frames: [], isClosed: false };
        return;
      } catch {
        await delay(300);
      }
    }
  }

  async #page(after: string | null): Promise<z.output<typeof Page>> {
    const url = new URL(
      `http://127.0.0.1:${this.parts.random.pick(this.parts.ports)}/api/v1/patients?limit=200`,
    );
    if (after !== null) url.searchParams.set('after', after);
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${await this.parts.token()}` },
      signal: AbortSignal.timeout(LOAD_TIMEOUT_MS),
    });
    return Page.parse(await response.json());
  }

  /** Resolves when the connection is over. */
  async #connect(): Promise<void> {
    const { viewer, ports, random, transport = 'websocket' } = this.parts;
    const token = await this.parts.token();
    if (this.#stopped) return;
    this.#received = 0;
    this.#connection = OPEN[transport](
      { port: random.pick(ports), token, epoch: this.#epoch, since: this.#seq, types: viewer.types },
      (message) => this.#hear(Message.parse(message)),
    );
    await this.#connection.over;
  }

  #hear(message: Message): void {
    const { type, seq, data } = message;
    if (seq !== undefined) this.#take(message, seq);
    else if (type === 'polled') this.#seq = Polled.parse(data).seq;
    else if (type === 'position') {
      const place = Place.parse(data);
      this.#claim('position', place.seq, place.count);
    } else if (type === 'resumed') {
      const { to, count } = Resumed.parse(data);
      this.#claim('resumed', to, count);
    } else if (type === 'stale') this.vouched.end();
    else if (type === 'resync_required') this.resyncs += 1;
  }

  #take(message: Message, seq: number): void {
    this.#received += 1;
    this.#seq = seq;
    this.#segment?.frames.push({
      tenantId: message.tenant_id ?? '',
      seq,
      atMs: performance.now(),
      body: message,
    });
    if (message.type === 'patient_deleted') this.#list.delete(Deleted.parse(message.data).patient_id);
    if (message.type === 'patient_created' || message.type === 'patient_updated') {
      const { id, version } = Written.parse(message.data);
      this.#list.set(id, version);
    }
  }

  #claim(kind: Claim['kind'], seq: number, count: number): void {
    this.#seq = seq;
    const receivedInAll = this.#segment?.frames.length ?? 0;
    this.claims.push({ kind, seq, count, received: this.#received, receivedInAll });
    this.vouched.begin(VOUCHED_MS);
  }
}
