import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { BareCall } from '../api/endpoint/call.js';
import { BareEndpoint } from '../api/endpoint/endpoint.js';
import { Idempotency } from '../api/endpoint/idempotency.js';
import { Database } from '../database/database.service.js';
import type { Tx } from '../database/tx.js';
import { Problem } from '../platform/errors/problem.js';
import type { PublishRequest } from './publication.js';
import { PublishService } from './publish.service.js';
import { readPublishRequest } from './read-request.js';

const route = api.events.publish;

@Controller()
export class PublishController {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly publisher: PublishService,
  ) {}

  /** Reads the request before a transaction is opened: up to 1 MiB takes a while. */
  @BareEndpoint(route)
  publish(call: BareCall<typeof route>): Promise<unknown> {
    const { tenantId } = call.principal;
    if (tenantId === null) throw new Problem('forbidden');
    const published = readPublishRequest(call.request.headers, call.body);
    return this.database.inTenant(call.principal, tenantId, (tx) =>
      this.idempotency.once(tx, call, () => this.#publish(tx, tenantId, published, call)),
    );
  }

  async #publish(
    tx: Tx,
    tenantId: string,
    { isBatch, publications }: PublishRequest,
    { request }: BareCall<typeof route>,
  ): Promise<object> {
    const { events, isAnyNew } = await this.publisher.publish(tx, tenantId, publications);
    request.answerStatus = isAnyNew ? null : route.repeatedStatus;
    const [first] = events;
    return isBatch || first === undefined ? { data: events } : first;
  }
}
