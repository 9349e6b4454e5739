import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { type AuditExportQuery, type AuditRow, DateOrTime } from '@wardbell/contract';
import type { z } from 'zod';
import { scopeOf } from '../../api/parsing/scope.js';
import { AccessLog } from '../../database/access-log.js';
import { Database } from '../../database/database.service.js';
import type { Principal } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { NIL_UUID } from '../../platform/uuid.js';
import { instantOf } from './audit.service.js';
import { type StoredRow, toAuditRow } from './audit-row.js';
import { toAuditEvent } from './fhir-audit-event.js';

/** Rows of one statement, about 200 kB of text. A reader that is slow keeps no more than two of these in memory. */
const PAGE = 500;
/** Exports at a time on this instance. */
const MAX_EXPORTS = 4;
/** A reader that takes nothing for this long is cut off. */
const STALLED_MS = 60_000;

const MEDIA_TYPES = { ndjson: 'application/x-ndjson', fhir: 'application/fhir+ndjson' } as const;

interface ExportRow extends StoredRow {
  /** With microseconds, which `Date` does not have. */
  readonly position: string;
}

/** Where a page begins, in the order of the index on the time. */
interface Position {
  readonly at: string;
  readonly seq: bigint;
}

interface Range {
  readonly scope: string;
  readonly tenantId: string | null;
  readonly from: Date;
  readonly to: Date;
}

export interface AuditExport {
  readonly mediaType: string;
  readonly fileName: string;
  readonly lines: Readable;
}

/**
 * Writes the rows of a time as lines. Each page has a transaction of its own, in which the principal is checked again,
 * and is read when the reader has taken the one before it.
 */
@Injectable()
export class AuditExporter {
  #open = 0;

  constructor(
    private readonly database: Database,
    private readonly accesses: AccessLog,
  ) {}

  /**
   * @param server the URL by which the caller knows this server
   * @throws Problem 400 for a range that is none, 404 for another tenant, 503 while too many exports run
   */
  async start(
    principal: Principal,
    query: z.output<typeof AuditExportQuery>,
    server: string,
  ): Promise<AuditExport> {
    if (this.#open >= MAX_EXPORTS) throw new Problem('busy', { retryAfterS: 30 });
    this.#open += 1;
    let isStarted = false;
    try {
      const range = await this.#rangeOf(principal, query);
      const first = await this.#read(principal, range, undefined);
      const { tenantId, from, to } = range;
      const toLine = (row: z.output<typeof AuditRow>): string =>
        `${JSON.stringify(query.format === 'fhir' ? toAuditEvent(row, server) : row)}\n`;
      const stalled = new Deadline(() => lines.destroy(new Error('the reader has stopped')));
      const lines: Readable = Readable.from(this.#pages(principal, range, first, toLine, stalled));
      lines.once('close', () => {
        stalled.clear();
        this.#open -= 1;
      });
      isStarted = true;
      const [fromText, toText] = [from.toISOString(), to.toISOString()];
      this.accesses.read(principal, {
        action: 'audit.export',
        ...(tenantId === null ? {} : { objectType: 'tenant', objectId: tenantId }),
        details: { format: query.format, from: fromText, to: toText },
      });
      const days = `${fromText.slice(0, 10)}-${toText.slice(0, 10)}`;
      return { mediaType: MEDIA_TYPES[query.format], fileName: `audit-${days}.ndjson`, lines };
    } finally {
      if (!isStarted) this.#open -= 1;
    }
  }

  async *#pages(
    principal: Principal,
    range: Range,
    first: readonly ExportRow[],
    toLine: (row: z.output<typeof AuditRow>) => string,
    stalled: Deadline,
  ): AsyncGenerator<string> {
    let rows = first;
    for (;;) {
      stalled.renew();
      const last = rows.at(-1);
      if (!last) return;
      yield rows.map((row) => toLine(toAuditRow(range.tenantId, row))).join('');
      if (rows.length < PAGE) return;
      rows = await this.#read(principal, range, { at: last.position, seq: last.seq });
    }
  }

  #rangeOf(principal: Principal, query: z.output<typeof AuditExportQuery>): Promise<Range> {
    const tenantId = scopeOf(principal, query.tenant_id);
    const scope = tenantId ?? NIL_UUID;
    const parse = (text: string): string => {
      const parsed = DateOrTime.safeParse(text);
      if (!parsed.success) throw new Problem('invalid_range');
      return parsed.data;
    };
    const [from, to] = [parse(query.from), parse(query.to)];
    return this.database.asPrincipal(principal, async (tx) => {
      const range = { from: await instantOf(tx, from, scope), to: await instantOf(tx, to, scope) };
      if (range.from >= range.to) throw new Problem('invalid_range');
      // rows that come while the export runs are not part of it: it would never end
      return { scope, tenantId, from: range.from, to: range.to < tx.now ? range.to : tx.now };
    });
  }

  #read(principal: Principal, range: Range, after: Position | undefined): Promise<ExportRow[]> {
    return this.database.asPrincipal(principal, (tx) => readPage(tx, range, after));
  }
}

/** Fires when the reader takes no page for a while. */
class Deadline {
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly fire: () => void) {}

  renew(): void {
    this.clear();
    this.#timer = setTimeout(this.fire, STALLED_MS).unref();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

const readPage = (tx: Tx, { scope, from, to }: Range, after: Position | undefined): Promise<ExportRow[]> =>
  tx.sql.query<ExportRow[]>`
    SELECT a.seq, a.id, a.at, a.actor_id, a.actor_role, a.action, a.object_type, a.object_id, a.patient_id, a.address,
           a.changed, a.details,
           to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position
    FROM wardbell.audit a
    WHERE a.scope = ${scope}::uuid AND a.at < ${to}::timestamptz
      AND a.at >= ${after?.at ?? from.toISOString()}::timestamptz
      AND (a.at, a.seq) > (${after?.at ?? '-infinity'}::timestamptz, ${after?.seq ?? 0n}::bigint)
    ORDER BY a.at, a.seq LIMIT ${PAGE}::integer`;
