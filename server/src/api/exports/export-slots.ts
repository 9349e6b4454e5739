import { Readable } from 'node:stream';
import { TenantSlots } from '../requests/tenant-slots.js';

const RETRY_AFTER_S = 30;

export interface ExportLimits {
  /** Exports at a time on this instance; of one tenant half as many, so that its readers do not keep the others waiting. */
  readonly maxOpen: number;
  /** A reader that takes nothing for this long is cut off. */
  readonly stalledMs: number;
  /** Longest export; absent: as long as its reader reads. */
  readonly maxMs?: number;
}

/** A file that is written as it is read. */
export interface OpenExport {
  readonly chunks: AsyncIterable<string>;
  /** Called once, however the export ends. */
  readonly close?: () => Promise<void>;
}

/** Exports that run, a bounded number of them. */
export class ExportSlots {
  readonly #slots: TenantSlots;

  constructor(private readonly limits: ExportLimits) {
    this.#slots = new TenantSlots(Math.ceil(limits.maxOpen / 2), limits.maxOpen);
  }

  /**
   * The file as a stream. It fails when its reader stalls, so that an incomplete file is not taken for a whole one.
   * @param owner the tenant, or a super admin's id
   * @param begin reads the first part, so that a refusal is still an answer of its own
   * @throws Problem `busy` while too many exports run
   */
  async start(owner: string, begin: () => Promise<OpenExport>): Promise<Readable> {
    const { stalledMs, maxMs } = this.limits;
    const release = this.#slots.take(owner, RETRY_AFTER_S);
    try {
      const { chunks, close } = await begin();
      const stalled = new Deadline(stalledMs, () => stream.destroy(new Error('the reader has stopped')));
      const whole = new Deadline(maxMs, () => stream.destroy(new Error('the export took too long')));
      const stream: Readable = Readable.from(renewing(chunks, stalled));
      stalled.renew();
      whole.renew();
      stream.once('close', () => {
        stalled.clear();
        whole.clear();
        release();
        void close?.();
      });
      return stream;
    } catch (error) {
      release();
      throw error;
    }
  }
}

async function* renewing(chunks: AsyncIterable<string>, deadline: Deadline): AsyncGenerator<string> {
  for await (const chunk of chunks) {
    yield chunk;
    deadline.renew();
  }
}

class Deadline {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ms: number | undefined,
    private readonly fire: () => void,
  ) {}

  renew(): void {
    this.clear();
    if (this.ms !== undefined) this.#timer = setTimeout(this.fire, this.ms).unref();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
