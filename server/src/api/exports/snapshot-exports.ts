import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { AccessAction } from '@wardbell/contract';
import type { FastifyReply } from 'fastify';
import { AccessLog } from '../../database/access-log.js';
import { Database } from '../../database/database.service.js';
import type { AuditDetails } from '../../database/log-event.js';
import type { Principal } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { CSV_MEDIA_TYPE } from './csv.js';
import { ExportSlots } from './export-slots.js';

/** Rows of one page, about 100 kB of text. A reader that is slow keeps no more than two of these in memory. */
export const EXPORT_PAGE = 500;

/** Each has a connection to PostgreSQL of its own, besides those of the pools. */
const MAX_EXPORTS = 4;
/** Shorter than `idle_in_transaction_session_timeout`. */
const STALLED_MS = 15_000;
/** For as long PostgreSQL keeps what is updated or deleted meanwhile. */
const MAX_EXPORT_MS = 300_000;

/** What is exported. The same list as the one in the room, in pages. */
export interface ExportSource {
  readonly action: Extract<AccessAction, `${string}.export`>;
  readonly unit?: 'principal' | 'accounts';
  /** The beginning of the file. */
  readonly head: string;
  /** Name of the file without its ending. */
  readonly name: string;
  /** The number of rows, for the audit log, before the first of them leaves. */
  readonly count: (tx: Tx) => Promise<number>;
  readonly details?: AuditDetails;
  /** The search of the list, of which the audit log keeps a keyed hash. */
  readonly search?: string | undefined;
  readonly page: (tx: Tx, after: string | undefined) => Promise<{ lines: string; next: string | null }>;
}

/** Writes lists as CSV files: the rows of one snapshot, page by page as the file is read. */
@Injectable()
export class SnapshotExports {
  readonly #slots = new ExportSlots({ maxOpen: MAX_EXPORTS, stalledMs: STALLED_MS, maxMs: MAX_EXPORT_MS });

  constructor(
    private readonly database: Database,
    private readonly accesses: AccessLog,
  ) {}

  /** @throws Problem 503 `busy` while too many exports run */
  async send(principal: Principal, reply: FastifyReply, source: ExportSource): Promise<Readable> {
    const file = await this.#slots.start(principal.tenantId ?? principal.userId, async () => {
      const snapshot = await this.database.openSnapshot(principal, source.unit ?? 'principal');
      try {
        const count = await source.count(snapshot.tx);
        const first = await source.page(snapshot.tx, undefined);
        this.accesses.read(principal, {
          action: source.action,
          details: {
            count,
            ...source.details,
            ...(source.search ? { search: this.accesses.searchHash(principal.tenantId, source.search) } : {}),
          },
        });
        return { chunks: this.#pages(principal, snapshot.tx, source, first), close: snapshot.close };
      } catch (error) {
        await snapshot.close();
        throw error;
      }
    });
    reply.header('content-type', CSV_MEDIA_TYPE);
    reply.header('content-disposition', `attachment; filename="${source.name}.csv"`);
    return file;
  }

  async *#pages(
    principal: Principal,
    tx: Tx,
    source: ExportSource,
    first: { lines: string; next: string | null },
  ): AsyncGenerator<string> {
    yield source.head + first.lines;
    let { next } = first;
    while (next !== null) {
      // the snapshot does not see that the principal was cut off since
      await this.database.asPrincipal(principal, async () => undefined);
      const page = await source.page(tx, next);
      yield page.lines;
      next = page.next;
    }
  }
}
