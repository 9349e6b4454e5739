import type { InboxNotice } from '@wardbell/contract';

/** Several notices that appear together are one request. */
const BATCH_MS = 400;
/** A request that failed is made again after this. */
const RETRY_MS = 5_000;

export interface ShownReport {
  readonly upToSeq?: number;
  readonly ids: readonly string[];
}

/**
 * What to tell the server of the notices that were shown: all up to a number where no other unseen notice is below it, else
 * each by itself.
 */
export const reportOf = (
  shown: ReadonlyMap<string, number>,
  notices: readonly InboxNotice[],
  unseen: number,
): ShownReport => {
  const ids = [...shown.keys()];
  const upToSeq = Math.max(...shown.values());
  const loaded = notices.filter(({ seen_at }) => seen_at === null);
  // Older pages may have unseen ones that nobody has looked at.
  const isWhole = loaded.length >= unseen && loaded.every(({ id, seq }) => seq > upToSeq || shown.has(id));
  return ids.length > 1 && isWhole ? { upToSeq, ids } : { ids };
};

/** Collects what was on the screen and tells the server in batches, while the page is visible. */
export class ShownReporter {
  readonly #shown = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (shown: ReadonlyMap<string, number>) => Promise<void>) {}

  add(id: string, seq: number): void {
    this.#shown.set(id, seq);
    this.#timer ??= setTimeout(() => void this.#flush(), BATCH_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #flush(): Promise<void> {
    const batch = new Map(this.#shown);
    this.#shown.clear();
    this.#timer = undefined;
    try {
      await this.send(batch);
    } catch {
      for (const [id, seq] of batch) this.#shown.set(id, seq);
      this.#timer ??= setTimeout(() => void this.#flush(), RETRY_MS);
    }
  }
}
