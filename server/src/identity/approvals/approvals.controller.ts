import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { Call } from '../../api/endpoint/call.js';
import { Endpoint } from '../../api/endpoint/endpoint.js';
import { ApprovalsService } from './approvals.service.js';

const routes = api.approvals;

@Controller()
export class ApprovalsController {
  constructor(private readonly approvals: ApprovalsService) {}

  @Endpoint(routes.list, { unit: 'accounts' })
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.approvals.page(tx, query);
  }

  @Endpoint(routes.approve, { unit: 'accounts' })
  approve({ tx, id }: Call<typeof routes.approve>): Promise<object> {
    return this.approvals.approve(tx, id);
  }

  @Endpoint(routes.reject, { unit: 'accounts' })
  reject({ tx, id }: Call<typeof routes.reject>): Promise<object> {
    return this.approvals.reject(tx, id);
  }
}
