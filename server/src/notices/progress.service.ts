import { Injectable } from '@nestjs/common';
import type { NoticeProgress, NoticeState, SentNotice, SentQuery } from '@wardbell/contract';
import type { z } from 'zod';
import { Pager } from '../api/paging/page.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../platform/errors/problem.js';
import { toTimestamp } from '../platform/timestamp.js';
import { NOTICE_COLUMNS, type NoticeRow, toNotice } from './notice-row.js';

/** After every row: the newest come first. */
const LAST = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'] as const;

interface Counts {
  readonly state: NoticeState;
  readonly step: number;
  readonly recipients: number;
  readonly delivered: number;
  readonly seen: number;
  readonly acknowledged: number;
}

interface Person {
  readonly user_id: string;
  readonly step: number;
  readonly delivered_at: Date | null;
  readonly seen_at: Date | null;
  readonly acknowledged_at: Date | null;
  readonly note: string | null;
}

/** How far notices have come: for their senders and tenant admins. */
@Injectable()
export class ProgressService {
  constructor(private readonly pager: Pager) {}

  /**
   * Tenant admins see all notices of the tenant, integration keys and super admins those that they sent.
   * @throws Problem `not_found`
   */
  async get(tx: Tx, id: string): Promise<NoticeProgress> {
    const { principal } = tx;
    const seesAll = principal.role === 'tenant_admin' && principal.key === undefined;
    const [notice] = await tx.sql.query<{ tenant_id: string; due_at: Date | null; counts: Counts }[]>`
      SELECT n.tenant_id::text, n.due_at, wardbell.notice_counts(n.tenant_id, n.id::text) AS counts FROM wardbell.notice n
      WHERE n.id = ${id}::uuid AND (${seesAll} OR n.sender_id = ${principal.userId})
        AND (n.tenant_id = wardbell.current_tenant() OR wardbell.current_tenant() IS NULL)`;
    if (!notice) throw new Problem('not_found');
    const people = await tx.sql.query<Person[]>`
      SELECT r.user_id, r.step, r.delivered_at, r.seen_at, r.acknowledged_at, r.note
      FROM wardbell.notice_recipient r
      WHERE r.tenant_id = ${notice.tenant_id}::uuid AND r.notice_id = ${id}::uuid
      ORDER BY r.step, r.user_id`;
    return {
      id,
      ...notice.counts,
      due_at: toTimestamp(notice.due_at),
      people: people.map((person) => ({
        ...person,
        delivered_at: toTimestamp(person.delivered_at),
        seen_at: toTimestamp(person.seen_at),
        acknowledged_at: toTimestamp(person.acknowledged_at),
      })),
    };
  }

  /** The notices of the tenant, the newest first. */
  async page(
    tx: Tx,
    { after, limit, state }: z.output<typeof SentQuery>,
  ): Promise<{ data: SentNotice[]; next: string | null }> {
    const list = `notices/${state ?? ''}/${tx.tenantId}`;
    const [at, id] = this.pager.start(list, after, LAST);
    const rows = await tx.sql.query<
      (NoticeRow & { due_at: Date | null; counts: Counts; sort_key: string })[]
    >`
      SELECT ${NOTICE_COLUMNS}, n.due_at, wardbell.notice_counts(n.tenant_id, n.id::text) AS counts,
             n.sent_at::text AS sort_key
      FROM wardbell.notice n
      WHERE n.tenant_id = wardbell.current_tenant() AND (${state ?? null}::text IS NULL OR n.state = ${state ?? null})
        AND (n.sent_at, n.id) < (${at}::timestamptz, ${id}::uuid)
      ORDER BY n.sent_at DESC, n.id DESC LIMIT ${limit + 1}`;
    const cut = this.pager.cut(list, rows, limit, (row) => [row.sort_key, row.id]);
    return {
      data: cut.rows.map((row) => ({ ...toNotice(row), ...row.counts, due_at: toTimestamp(row.due_at) })),
      next: cut.next,
    };
  }
}
