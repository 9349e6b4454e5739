import { Injectable } from '@nestjs/common';
import type { AuditVerification } from '@wardbell/contract';
import type { Sql } from 'sql-template-tag';
import type { z } from 'zod';
import { scopeOf } from '../../api/parsing/scope.js';
import { Database } from '../../database/database.service.js';
import { RelayPool } from '../../database/pools.js';
import type { Principal } from '../../database/principal.js';
import { Config } from '../../platform/config/config.js';
import { errorFields } from '../../platform/log/error-fields.js';
import { Log } from '../../platform/log/log.js';
import { NIL_UUID } from '../../platform/uuid.js';
import { type AnchorFileReport, compareAnchorFile } from './anchor-file.js';
import { AuditService, CHAIN_START } from './audit.service.js';
import { AuditKeys, type KeyRow, READ_KEYS } from './audit-keys.js';
import { beginningsAsServer, failureOf, HeadCheck, type InTransaction } from './head-check.js';
import { publicText } from './key-file.js';

/** About 200,000 heads. The command reads the whole file. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

const KEYS = { name: 'read_audit_keys', text: READ_KEYS };

type Verification = z.output<typeof AuditVerification>;

const UNREADABLE = { problem: 'anchor_unreadable', firstBad: null } as const;

/** Checks a chain of the audit log: its hashes, and its signed heads in the database and in the file of anchors. */
@Injectable()
export class AuditVerifier {
  constructor(
    private readonly database: Database,
    private readonly relay: RelayPool,
    private readonly audit: AuditService,
    private readonly keys: AuditKeys,
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  /** Public keys that may have signed, as JWKs. */
  async publicKeys(): Promise<
    { kty: 'OKP'; crv: 'Ed25519'; alg: 'EdDSA'; use: 'sig'; kid: string; x: string }[]
  > {
    const trusted = this.keys.trusted(await this.#listed());
    return [...trusted].map(([kid, key]) => ({
      kty: 'OKP',
      crv: 'Ed25519',
      alg: 'EdDSA',
      use: 'sig',
      kid,
      x: publicText(key),
    }));
  }

  /** @param tenantId of a super admin's choice; undefined: the own chain */
  async verify(principal: Principal, tenantId: string | undefined): Promise<Verification> {
    const scope = scopeOf(principal, tenantId) ?? NIL_UUID;
    const listed = await this.#listed();
    const keys = this.keys.trusted(listed);
    // a transaction for each batch, because a unit of work may take at most 15 s
    const inTransaction: InTransaction = (work) =>
      this.database.asPrincipal(principal, (tx) =>
        work(<Row extends object>(query: Sql) => tx.sql.query<Row[]>(query)),
      );
    const check = new HeadCheck(keys, inTransaction, beginningsAsServer);
    const file = await this.#compareFile(check, keys, listed, scope);
    await check.compareStored(scope);
    const chain = await this.#checkChain(principal, tenantId);
    const heads = check.verdict(scope, chain.end);
    const failure = failureOf(chain.firstBad, heads) ?? (file === 'unreadable' ? UNREADABLE : null);
    return {
      ok: failure === null,
      checked: chain.checked,
      first_bad: failure?.firstBad ?? null,
      problem: failure?.problem ?? null,
      bad_head: heads.badHead,
      heads: heads.count,
      signed_since: heads.since,
      signed_seq: heads.last?.seq ?? null,
      signed_at: heads.last?.at ?? null,
      anchor_file: file === 'unreadable' ? null : file,
    };
  }

  #listed(): Promise<KeyRow[]> {
    return this.relay.query<KeyRow & { readonly certificate: Buffer }>(KEYS);
  }

  async #compareFile(
    check: HeadCheck,
    keys: ReturnType<AuditKeys['trusted']>,
    listed: readonly KeyRow[],
    scope: string,
  ): Promise<AnchorFileReport | 'unreadable' | null> {
    const { file } = this.config.auditAnchors;
    if (file === undefined) return null;
    try {
      return await compareAnchorFile(check, file, keys, listed, { scope, maxBytes: MAX_FILE_BYTES });
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      this.log.error('the file of audit anchors cannot be read', errorFields(error));
      return 'unreadable';
    }
  }

  async #checkChain(
    principal: Principal,
    tenantId: string | undefined,
  ): Promise<{ checked: number; end: number; firstBad: number | null }> {
    let part = CHAIN_START;
    let checked = 0n;
    while (!part.isEnd) {
      const from = part;
      part = await this.database.asPrincipal(principal, (tx) => this.audit.verifyPart(tx, tenantId, from));
      checked += part.rowCount;
    }
    const { firstBad } = part;
    return {
      checked: Number(checked),
      end: Number(part.seq),
      firstBad: firstBad === null ? null : Number(firstBad),
    };
  }
}
