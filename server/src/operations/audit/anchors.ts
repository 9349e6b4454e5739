import { closeSync, openSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { AuditAnchorConfig } from '../../platform/config/config.js';
import { ConfigError } from '../../platform/config/start-error.js';
import { errorCode } from '../../platform/errors/error-code.js';
import { errorFields } from '../../platform/log/error-fields.js';
import type { Log } from '../../platform/log/log.js';
import { RepeatLimit } from '../../platform/log/repeat-limit.js';
import type { Metrics } from '../../platform/metrics/metrics.js';
import { OutgoingError, type OutgoingHttp } from '../../platform/net/outgoing-http.js';
import type { SignedHead } from './signed-head.js';

/** Less than the longest unit of work, which waits for the anchors. */
const POST_TIMEOUT_MS = 5_000;
const DEFAULT_RETRY_MS = 30_000;
/** Heads in one request, about 150 kB. */
const POST_HEADS = 500;

/** A place outside of the database that keeps signed heads. */
interface Anchor {
  readonly name: 'file' | 'endpoint' | 'log';
  /** @throws when it did not take them */
  append(heads: readonly SignedHead[], signal: AbortSignal): Promise<void>;
}

const toLines = (heads: readonly SignedHead[]): string =>
  heads.map((head) => `${JSON.stringify(head)}\n`).join('');

/** @throws ConfigError when the file cannot be opened for appending; it is created if it does not exist */
function fileAnchor(path: string): Anchor {
  try {
    closeSync(openSync(path, 'a', 0o640));
  } catch (error) {
    throw new ConfigError(
      `AUDIT_ANCHOR_FILE must be a file that this user can append to (${errorCode(error)})`,
    );
  }
  return {
    name: 'file',
    append: async (heads) => {
      const handle = await open(path, 'a+', 0o640);
      try {
        // A full disk or a kill can leave a part of a line.
        const start = (await endsWithLine(handle)) ? '' : '\n';
        await handle.appendFile(start + toLines(heads));
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}

async function endsWithLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() === '\n';
}

/**
 * POSTs of NDJSON; every status of 2xx takes the heads.
 * @throws ConfigError when the URL is one that requests may not reach
 */
function endpointAnchor(url: string, outgoing: OutgoingHttp): Anchor {
  if (!outgoing.isPossible(new URL(url)))
    throw new ConfigError(
      'AUDIT_ANCHOR_URL must be https in production and public, or WEBHOOK_ALLOWED_NETWORKS must open its network',
    );
  return {
    name: 'endpoint',
    append: async (heads, signal) => {
      for (let from = 0; from < heads.length; from += POST_HEADS) {
        const { status } = await outgoing.post({
          url,
          headers: { 'content-type': 'application/x-ndjson' },
          body: Buffer.from(toLines(heads.slice(from, from + POST_HEADS))),
          timeoutMs: POST_TIMEOUT_MS,
          signal,
        });
        if (status < 200 || status > 299) throw new RefusedByEndpoint(status);
      }
    },
  };
}

class RefusedByEndpoint extends Error {
  constructor(readonly status: number) {
    super('the endpoint did not take the heads');
  }
}

const logAnchor = (log: Log): Anchor => ({
  name: 'log',
  append: async (heads) => {
    for (const head of heads) log.info('audit head signed', head);
  },
});

/**
 * Appends signed heads to the anchors. Heads that an anchor does not take wait for the next attempt; of each chain only
 * the newest waits, because it covers the rows of those before it.
 */
export class Anchors {
  readonly #anchors: readonly { anchor: Anchor; waiting: Map<string, SignedHead>; retryAtMs: number }[];
  readonly #limit = new RepeatLimit();
  readonly #stop = new AbortController();

  constructor(
    config: AuditAnchorConfig,
    outgoing: OutgoingHttp,
    private readonly metrics: Metrics,
    private readonly log: Log,
    private readonly retryMs = DEFAULT_RETRY_MS,
  ) {
    const anchors = [
      ...(config.file === undefined ? [] : [fileAnchor(config.file)]),
      ...(config.url === undefined ? [] : [endpointAnchor(config.url, outgoing)]),
      ...(config.log ? [logAnchor(log)] : []),
    ];
    this.#anchors = anchors.map((anchor) => ({ anchor, waiting: new Map(), retryAtMs: 0 }));
  }

  /** Appends these heads and those that wait. Never fails. */
  async append(heads: readonly SignedHead[]): Promise<void> {
    await Promise.all(
      this.#anchors.map(async (each) => {
        const { anchor, waiting } = each;
        for (const head of heads) waiting.set(head.scope, head);
        if (waiting.size === 0 || performance.now() < each.retryAtMs) return;
        try {
          await anchor.append([...waiting.values()], this.#stop.signal);
          waiting.clear();
        } catch (error) {
          each.retryAtMs = performance.now() + this.retryMs;
          this.#failed(anchor.name, waiting.size, error);
        }
      }),
    );
  }

  /** Ends a request in progress, and logs what no anchor has taken. */
  close(): void {
    this.#stop.abort();
    for (const { anchor, waiting } of this.#anchors) {
      if (waiting.size > 0)
        this.log.error('signed audit heads were not stored by an anchor', {
          anchor: anchor.name,
          count: waiting.size,
        });
    }
  }

  #failed(anchor: Anchor['name'], count: number, error: unknown): void {
    this.metrics.auditHeadFailures.inc({ reason: anchor });
    if (this.#limit.pass(anchor) === undefined) return;
    this.log.error('an anchor does not take signed audit heads, will be tried again', {
      anchor,
      count,
      ...(error instanceof OutgoingError ? { reason: error.reason } : {}),
      ...(error instanceof RefusedByEndpoint ? { status: error.status } : {}),
      ...errorFields(error),
    });
  }
}
