/** Numbers that were written to all live sessions of a tenant, and when. Milliseconds by the clock of the database. */
export interface WrittenRange {
  readonly tenantId: string;
  readonly from: number;
  to: number;
  readonly fromMs: number;
  toMs: number;
}

/** A range is not extended past this time: how exactly the time of a write can be told. */
const MAX_RANGE_MS = 200;
/** Ranges of one tenant that are kept apart while the database does not take them. */
const MAX_RANGES = 64;

/** Collects what was written, as few ranges for each tenant. */
export class DeliveryWrites {
  #ranges = new Map<string, WrittenRange[]>();

  add(tenantId: string, from: number, to: number, nowMs: number): void {
    const ranges = this.#ranges.get(tenantId);
    const last = ranges?.at(-1);
    if (ranges === undefined || last === undefined) {
      this.#ranges.set(tenantId, [{ tenantId, from, to, fromMs: nowMs, toMs: nowMs }]);
    } else if (from === last.to + 1 && (nowMs - last.fromMs < MAX_RANGE_MS || ranges.length >= MAX_RANGES)) {
      last.to = to;
      last.toMs = nowMs;
    } else {
      if (ranges.length >= MAX_RANGES) ranges.shift(); // was not stored: unknown
      ranges.push({ tenantId, from, to, fromMs: nowMs, toMs: nowMs });
    }
  }

  /** Removes and returns all ranges. */
  take(): readonly WrittenRange[] {
    if (this.#ranges.size === 0) return [];
    const taken = [...this.#ranges.values()].flat();
    this.#ranges = new Map();
    return taken;
  }

  /** Puts back ranges that could not be stored, in front of later ones. */
  putBack(ranges: readonly WrittenRange[]): void {
    const later = this.take();
    for (const { tenantId, from, to, fromMs, toMs } of [...ranges, ...later]) {
      this.add(tenantId, from, to, fromMs);
      const last = this.#ranges.get(tenantId)?.at(-1);
      if (last) last.toMs = Math.max(last.toMs, toMs);
    }
  }

  clear(): void {
    this.#ranges.clear();
  }
}
