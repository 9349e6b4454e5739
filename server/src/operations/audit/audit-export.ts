import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { type AuditExportQuery, type AuditRow, DateOrTime, EXPORT_AUDIT_COLUMNS } from '@wardbell/contract';
import type { z } from 'zod';
import { CSV_MEDIA_TYPE, CsvWriter } from '../../api/exports/csv.js';
import { ExportSlots } from '../../api/exports/export-slots.js';
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
const MAX_EXPORTS = 8;
/** A reader that takes nothing for this long is cut off. */
const STALLED_MS = 60_000;

const MEDIA_TYPES = {
  ndjson: 'application/x-ndjson',
  fhir: 'application/fhir+ndjson',
  csv: CSV_MEDIA_TYPE,
} as const;

type Row = z.output<typeof AuditRow>;

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
  readonly #slots = new ExportSlots({ maxOpen: MAX_EXPORTS, stalledMs: STALLED_MS });

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
    const range = await this.#rangeOf(principal, query);
    const lines = await this.#slots.start(principal.tenantId ?? principal.userId, async () => {
      const first = await this.#read(principal, range, undefined);
      return { chunks: this.#pages(principal, range, first, formatOf(query, server)) };
    });
    const { tenantId, from, to } = range;
    const [fromText, toText] = [from.toISOString(), to.toISOString()];
    this.accesses.read(principal, {
      action: 'audit.export',
      ...(tenantId === null ? {} : { objectType: 'tenant', objectId: tenantId }),
      details: { format: query.format, from: fromText, to: toText },
    });
    const days = `${fromText.slice(0, 10)}-${toText.slice(0, 10)}`;
    const ending = query.format === 'csv' ? 'csv' : 'ndjson';
    return { mediaType: MEDIA_TYPES[query.format], fileName: `audit-${days}.${ending}`, lines };
  }

  async *#pages(
    principal: Principal,
    range: Range,
    first: readonly ExportRow[],
    { head, toText }: Format,
  ): AsyncGenerator<string> {
    if (head !== '') yield head;
    let rows = first;
    for (;;) {
      const last = rows.at(-1);
      if (!last) return;
      yield toText(rows.map((row) => toAuditRow(range.tenantId, row)));
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

interface Format {
  readonly head: string;
  readonly toText: (rows: readonly Row[]) => string;
}

const formatOf = ({ format, separator }: z.output<typeof AuditExportQuery>, server: string): Format => {
  if (format === 'csv') {
    const writer = new CsvWriter(EXPORT_AUDIT_COLUMNS, separator);
    return { head: writer.head(), toText: (rows) => writer.lines(rows) };
  }
  const toObject = format === 'fhir' ? (row: Row) => toAuditEvent(row, server) : (row: Row) => row;
  return { head: '', toText: (rows) => rows.map((row) => `${JSON.stringify(toObject(row))}\n`).join('') };
};

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
