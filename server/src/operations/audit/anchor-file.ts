import type { KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type KeyRow, listedKey } from './audit-keys.js';
import { HEADS, type HeadCheck } from './head-check.js';
import { SignedHead } from './signed-head.js';

export interface AnchorFileOptions {
  /** Only heads of this chain. */
  readonly scope?: string;
  /** Only the newest part of the file, for callers with little time. */
  readonly maxBytes?: number;
}

/** What was read of a file of anchors. */
export interface AnchorFileReport {
  readonly heads: number;
  /** Lines that should be a head and are none. */
  readonly unreadable: number;
  /** False: the file is larger than `maxBytes`. */
  readonly complete: boolean;
}

/**
 * Compares the heads in a file of anchors with the rows of their chains. The file may be a log: lines of JSON without a
 * signature are skipped. A key that the file names is trusted and added to `keys`, because its id is its fingerprint and
 * the file is kept where the owner of the database cannot write.
 * @throws the error of the file system
 */
export async function compareAnchorFile(
  check: HeadCheck,
  path: string,
  keys: Map<string, KeyObject>,
  listed: readonly KeyRow[],
  { scope, maxBytes = Number.POSITIVE_INFINITY }: AnchorFileOptions = {},
): Promise<AnchorFileReport> {
  const { size } = await stat(path);
  const start = Math.max(0, size - maxBytes);
  const input = createReadStream(path, { encoding: 'utf8', start });
  const candidates = new Map(listed.map((row) => [row.key_id, row]));
  let [heads, unreadable, isFirst]: [number, number, boolean] = [0, 0, start > 0];
  let batch: SignedHead[] = [];
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      // the first line may have lost its beginning
      if (isFirst || line.trim() === '') {
        isFirst = false;
        continue;
      }
      if (scope !== undefined && !line.includes(scope)) continue;
      const head = parse(line);
      if (head === 'unreadable') unreadable += 1;
      if (typeof head === 'string' || (scope !== undefined && head.scope !== scope)) continue;
      const candidate = keys.has(head.key_id) ? undefined : candidates.get(head.key_id);
      const publicKey = candidate && listedKey(candidate);
      if (publicKey) keys.set(head.key_id, publicKey);
      batch.push(head);
      heads += 1;
      if (batch.length === HEADS) {
        await check.compare(batch);
        batch = [];
      }
    }
  } finally {
    input.destroy();
  }
  await check.compare(batch);
  return { heads, unreadable, complete: start === 0 };
}

function parse(line: string): SignedHead | 'other' | 'unreadable' {
  try {
    const value: unknown = JSON.parse(line);
    const head = SignedHead.safeParse(value);
    if (head.success) return head.data;
    return value instanceof Object && !('signature' in value) ? 'other' : 'unreadable';
  } catch {
    return 'unreadable';
  }
}
