import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import { Database } from '../database/database.service.js';
import type { Call } from '../http/call.js';
import { Endpoint } from '../http/endpoint.js';
import { asAdmin } from '../http/scope.js';
import { AuditService } from './audit.service.js';

const routes = api.audit;

@Controller()
export class AuditController {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  @Endpoint(routes.list)
  list({ principal, query }: Call<typeof routes.list>): Promise<object> {
    return asAdmin(this.database, principal, (tx) => this.audit.page(tx, query));
  }

  @Endpoint(routes.verify)
  verify({ principal, query }: Call<typeof routes.verify>): Promise<object> {
    return asAdmin(this.database, principal, (tx) => this.audit.verify(tx, query.tenant_id));
  }
}
