import type { Recorded } from '../../support/sdk.js';

/** For each time that a client lost its connection: milliseconds until it was live again. */
export function comebacks(clients: readonly Recorded[]): number[] {
  return clients.flatMap(({ states }) => {
    const times: number[] = [];
    let lostMs: number | undefined;
    for (const { status, sinceMs } of states) {
      if (status === 'waiting') lostMs ??= sinceMs;
      if (status !== 'live' || lostMs === undefined) continue;
      times.push(sinceMs - lostMs);
      lostMs = undefined;
    }
    return times;
  });
}

const WIDTH = 40;
const BUCKETS = 10;

/** Prints how many came back when, for a person who reads the run. */
export function printHistogram(title: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (quantile: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))] ?? 0;
  const stepMs = Math.max(1, Math.ceil((at(1) + 1) / BUCKETS));
  const counts = Array.from(
    { length: BUCKETS },
    (_, bucket) => sorted.filter((time) => Math.floor(time / stepMs) === bucket).length,
  );
  const most = Math.max(...counts);
  const lines = counts.map((count, bucket) => {
    const label = `${bucket * stepMs}–${(bucket + 1) * stepMs} ms`.padStart(16);
    return `${label}  ${'█'.repeat(Math.ceil((count / most) * WIDTH))} ${count}`;
  });
  const summary = `n ${sorted.length}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
  process.stdout.write(`${title}: ${summary}\n${lines.join('\n')}\n`);
}
