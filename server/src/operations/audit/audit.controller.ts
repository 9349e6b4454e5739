import { Controller } from '@nestjs/common';
import { type AuditVerification, api } from '@wardbell/contract';
import type { z } from 'zod';
import type { BareCall, Call } from '../../api/endpoint/call.js';
import { API_PREFIX, BareEndpoint, Endpoint } from '../../api/endpoint/endpoint.js';
import { AuditService } from './audit.service.js';
import { AuditExporter } from './audit-export.js';
import { AuditVerifier } from './verification.js';

const routes = api.audit;

@Controller()
export class AuditController {
  constructor(
    private readonly audit: AuditService,
    private readonly verifier: AuditVerifier,
    private readonly exporter: AuditExporter,
  ) {}

  @Endpoint(routes.list)
  list({ tx, query }: Call<typeof routes.list>): Promise<object> {
    return this.audit.page(tx, query);
  }

  @Endpoint(routes.news)
  news({ tx, query }: Call<typeof routes.news>): Promise<object> {
    return this.audit.news(tx, query);
  }

  @Endpoint(api.patients.accesses)
  accesses({ tx, id, query }: Call<typeof api.patients.accesses>): Promise<object> {
    return this.audit.accesses(tx, id, query);
  }

  @BareEndpoint(routes.verify)
  verify({ principal, query }: BareCall<typeof routes.verify>): Promise<z.output<typeof AuditVerification>> {
    return this.verifier.verify(principal, query.tenant_id);
  }

  /** Several transactions, one for each page. The stream is sent as the caller reads it. */
  @BareEndpoint(routes.export)
  async export({ principal, query, request, reply }: BareCall<typeof routes.export>): Promise<unknown> {
    const server = `${request.protocol}://${request.host}${API_PREFIX}`;
    const { mediaType, fileName, lines } = await this.exporter.start(principal, query, server);
    reply.header('content-type', mediaType);
    reply.header('content-disposition', `attachment; filename="${fileName}"`);
    return lines;
  }

  @Endpoint(routes.keys)
  async keys(_call: Call<typeof routes.keys>): Promise<object> {
    return { keys: await this.verifier.publicKeys() };
  }
}
