import {
  type ApplicationData,
  type Client,
  createClient,
  type IncomingEvent,
  type LiveRows,
  liveList,
  type Position,
  patientChanges,
} from '@wardbell/client';
import { type Patient, Patient as PatientSchema, type Role, type Topic } from '@wardbell/contract';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Random } from './random.js';
import { Spans } from './spans.js';

/** Whose eyes a client looks with. */
export interface Viewer {
  readonly name: string;
  /** Null for super admins. */
  readonly tenantId: string | null;
  readonly role: Role;
  readonly userId: string;
  readonly topics?: readonly Topic[];
  readonly types?: readonly string[];
}

/** A numbered event as it came. */
export interface Frame {
  readonly tenantId: string;
  readonly seq: number;
  /** When it came, by the monotonic clock. Milliseconds. */
  readonly atMs: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An unbroken part of what a client was told of one tenant. */
export interface Segment {
  readonly tenantId: string;
  /** Everything after this number was promised. */
  readonly after: number;
  readonly frames: Frame[];
  /** Closed by a `resync_required`; the open one has to reach the end of the log. */
  isClosed: boolean;
}

export interface SubscriberParts {
  readonly viewer: Viewer;
  readonly wsUrl: string;
  readonly apiUrl: string;
  readonly token: () => Promise<string>;
  readonly random: Random;
}

const Page = z.object({
  data: z.array(PatientSchema),
  next: z.string().nullable(),
  seq: z.number(),
  epoch: z.string(),
});
const LOAD_TIMEOUT_MS = 10_000;

/** A person at a screen: the SDK's client, a live list of patients, and a record of all that was said. */
export class Subscriber {
  readonly segments: Segment[] = [];
  /** How long it took to be live again, in milliseconds, for each time that it was not. */
  readonly recoveriesMs: number[] = [];
  /** When it said that it was live, by the monotonic clock. */
  readonly liveSpans = new Spans();
  /** Times that it was told to load again, by reason. */
  readonly resyncs = new Map<string, number>();
  list: LiveRows<Patient> | undefined;
  readonly #client: Client;
  readonly #current = new Map<string, Segment>();
  #clockOffsetMs = 0;
  #lostAtMs: number | undefined;
  #leaveList: (() => void) | undefined;

  constructor(private readonly parts: SubscriberParts) {
    const { viewer, wsUrl, random } = parts;
    this.#client = createClient<ApplicationData>({
      url: wsUrl,
      getToken: () => parts.token(),
      WebSocket,
      ...(viewer.topics ? { topics: viewer.topics } : {}),
      ...(viewer.types ? { types: viewer.types } : {}),
      runtime: {
        now: () => Date.now() + this.#clockOffsetMs,
        later: (run, delayMs) => {
          const timer = setTimeout(run, delayMs);
          return () => clearTimeout(timer);
        },
        random: () => random.next(),
      },
    });
    this.#client.on('*', (event) => this.#hear(event));
    this.#client.on('positions', ({ data }) => {
      for (const [tenantId, seq] of Object.entries(data.seq)) this.#begin(tenantId, seq);
    });
    this.#client.onState(({ status }) => this.#watch(status));
  }

  get viewer(): Viewer {
    return this.parts.viewer;
  }

  get isLive(): boolean {
    return this.#client.state.status === 'live';
  }

  /** Why it gave up, if it did. A client never should. */
  get stopReason(): string | undefined {
    const { state } = this.#client;
    return state.status === 'stopped' ? state.reason.code : undefined;
  }

  get position(): Position | null {
    return this.#client.position;
  }

  /** What the SDK found wrong with the stream. */
  get faults(): Client['faults'] {
    return this.#client.faults;
  }

  start(): void {
    this.#client.start();
    const { viewer } = this.parts;
    if (viewer.tenantId === null || viewer.topics || viewer.types) return;
    this.#leaveList = liveList(this.#client, {
      changes: patientChanges,
      load: (after, signal) => this.#load(after, signal),
      show: (list) => {
        this.list = list;
      },
    });
  }

  stop(): void {
    this.#leaveList?.();
    this.#client.stop();
  }

  /** The machine's clock is put forward or back. */
  jumpClock(byMs: number): void {
    this.#clockOffsetMs += byMs;
  }

  /** "Try now", as a person does who sees that it waits. */
  retry(): void {
    if (this.#client.state.status === 'waiting') this.#client.retry();
  }

  async #load(after: string | null, signal: AbortSignal): Promise<z.output<typeof Page>> {
    const url = new URL(`${this.parts.apiUrl}/patients?limit=200`);
    if (after !== null) url.searchParams.set('after', after);
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${await this.parts.token()}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(LOAD_TIMEOUT_MS)]),
    });
    if (!response.ok) throw new Error(`the list answers ${response.status}`);
    return Page.parse(await response.json());
  }

  #hear(event: IncomingEvent): void {
    const numbered = Numbered.safeParse(event);
    if (numbered.success) {
      const { tenant_id: tenantId, seq } = numbered.data;
      // what comes of a tenant that was never begun is the oracle's to judge
      this.#begin(tenantId, seq - 1).frames.push({
        tenantId,
        seq,
        atMs: performance.now(),
        body: { ...event },
      });
    } else if (event.type === 'resync_required') {
      const { data } = Resync.parse(event);
      const tenantId = data.tenant_id ?? this.viewer.tenantId ?? '';
      // An event stream of many tenants cannot be resumed: its lists load again, as documented.
      const isDue = this.viewer.tenantId === null && this.#client.state.transport === 'sse';
      if (!isDue) this.resyncs.set(data.reason, (this.resyncs.get(data.reason) ?? 0) + 1);
      const segment = this.#current.get(tenantId);
      if (segment) segment.isClosed = true;
      this.#current.delete(tenantId);
      this.#begin(tenantId, data.seq);
    }
  }

  #begin(tenantId: string, after: number): Segment {
    const known = this.#current.get(tenantId);
    if (known) return known;
    const segment: Segment = { tenantId, after, frames: [], isClosed: false };
    this.#current.set(tenantId, segment);
    this.segments.push(segment);
    return segment;
  }

  #watch(status: Client['state']['status']): void {
    const { tenantId } = this.viewer;
    const position = this.#client.position;
    if (tenantId !== null && typeof position?.seq === 'number') this.#begin(tenantId, position.seq);
    if (status === 'live') this.liveSpans.begin();
    else this.liveSpans.end();
    if (status !== 'live') this.#lostAtMs ??= performance.now();
    else if (this.#lostAtMs !== undefined) {
      this.recoveriesMs.push(performance.now() - this.#lostAtMs);
      this.#lostAtMs = undefined;
    }
  }
}

const Numbered = z.object({ tenant_id: z.string(), seq: z.number() });
const Resync = z.object({
  data: z.object({ reason: z.string(), seq: z.number(), tenant_id: z.string().optional() }),
});
