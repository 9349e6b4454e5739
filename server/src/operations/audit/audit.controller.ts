import { Controller } from '@nestjs/common';
import { type AuditVerification, api } from '@wardbell/contract';
import type { z } from 'zod';
import type { BareCall, Call } from '../../api/endpoint/call.js';
import { BareEndpoint, Endpoint } from '../../api/endpoint/endpoint.js';
import { Database } from '../../database/database.service.js';
import { AuditService, CHAIN_START } from './audit.service.js';

const routes = api.audit;

@Controller()
export class AuditController {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.audit.page(tx, query);
  }

  @Endpoint(api.patients.accesses)
  accesses({ tx, id, query }: Call<typeof api.patients.accesses>): Promise<object> {
    return this.audit.accesses(tx, id, query);
  }

  /** Takes several transactions, because a statement may run for at most 15 s. */
  @BareEndpoint(routes.verify)
  async verify({
    principal,
    query,
  }: BareCall<typeof routes.verify>): Promise<z.output<typeof AuditVerification>> {
    let part = CHAIN_START;
    let checked = 0n;
    while (!part.isEnd) {
      const from = part;
      part = await this.database.asPrincipal(principal, (tx) =>
        this.audit.verifyPart(tx, query.tenant_id, from),
      );
      checked += part.rowCount;
    }
    const { firstBad } = part;
    return {
      ok: firstBad === null,
      checked: Number(checked),
      first_bad: firstBad === null ? null : Number(firstBad),
    };
  }
}
