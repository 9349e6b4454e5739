import { Injectable } from '@nestjs/common';
import { Role, TICKET_S } from '@wardbell/contract';
import { AuthPool } from '../../database/pools.js';
import type { Principal } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { TokenError } from '../../identity/auth/token-error.js';
import { hashToken, isToken, newToken } from '../../platform/secret-token.js';

/** Tickets that have run out and are deleted with each new one; more than one, so that none are left over. */
const PRUNED_EACH = 10;

interface Row {
  readonly tenant_id: string | null;
  readonly user_id: string;
  readonly role: string;
  readonly session_id: string | null;
  readonly token_expires_at: Date;
}

const REDEEM = {
  name: 'redeem_ticket',
  text: `WITH redeemed AS (DELETE FROM wardbell.stream_ticket WHERE hash = $1 RETURNING *)
         SELECT tenant_id::text, user_id, role, session_id::text, token_expires_at
         FROM redeemed WHERE expires_at > now()`,
};

/** Tickets stand for an access token once, for clients that cannot send a header. The database has hashes only. */
@Injectable()
export class Tickets {
  constructor(private readonly auth: AuthPool) {}

  /** A ticket for the principal of this unit of work. */
  async issue(tx: Tx): Promise<string> {
    const ticket = newToken();
    const { tenantId, userId, role, sessionId, expiresAtMs } = tx.principal;
    await tx.sql.execute`
      INSERT INTO wardbell.stream_ticket
        (hash, tenant_id, user_id, role, session_id, token_expires_at, expires_at)
      VALUES (${hashToken(ticket)}, ${tenantId}::uuid, ${userId}, ${role}, ${sessionId}::uuid,
              ${new Date(expiresAtMs)}, now() + make_interval(secs => ${TICKET_S}))`;
    await tx.sql.execute`
      DELETE FROM wardbell.stream_ticket WHERE hash IN (
        SELECT hash FROM wardbell.stream_ticket WHERE expires_at < now()
        ORDER BY expires_at LIMIT ${PRUNED_EACH} FOR UPDATE SKIP LOCKED)`;
    return ticket;
  }

  /**
   * Who a ticket stands for, once: it is gone afterwards, whichever instance asked.
   * @throws TokenError
   */
  async redeem(ticket: string, address: string): Promise<Principal> {
    if (!isToken(ticket)) throw new TokenError('invalid');
    const [row] = await this.auth.query<Row>(REDEEM, [hashToken(ticket)]);
    if (!row) throw new TokenError('invalid');
    const expiresAtMs = row.token_expires_at.getTime();
    if (expiresAtMs <= Date.now()) throw new TokenError('expired');
    return {
      userId: row.user_id,
      tenantId: row.tenant_id,
      role: Role.parse(row.role),
      sessionId: row.session_id,
      expiresAtMs,
      address,
    };
  }
}
