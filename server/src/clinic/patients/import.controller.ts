import { Controller } from '@nestjs/common';
import { api, type PatientImportRow } from '@wardbell/contract';
import type { BareCall } from '../../api/endpoint/call.js';
import { BareEndpoint } from '../../api/endpoint/endpoint.js';
import { Idempotency } from '../../api/endpoint/idempotency.js';
import { TenantSlots } from '../../api/requests/tenant-slots.js';
import { Database } from '../../database/database.service.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { readImportBody } from './import-body.js';
import { PatientImports } from './patient-import.js';

const routes = api.patientImports;
/** Also of clients that have gone meanwhile: rows wait in memory for a connection to the database. */
const MAX_PER_TENANT = 2;
const MAX_IN_ALL = 4;

/** Reads requests before a transaction is opened: up to 8 MiB takes a while. */
@Controller()
export class ImportController {
  readonly #slots = new TenantSlots(MAX_PER_TENANT, MAX_IN_ALL);

  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly imports: PatientImports,
  ) {}

  @BareEndpoint(routes.check)
  check(call: BareCall<typeof routes.check>): Promise<object> {
    return this.#withRows(call, async (tx, rows) => ({ data: await this.imports.findDuplicates(tx, rows) }));
  }

  @BareEndpoint(routes.run)
  run(call: BareCall<typeof routes.run>): Promise<unknown> {
    return this.#withRows(call, (tx, rows) =>
      this.idempotency.once(tx, call, async () => ({ imported: await this.imports.run(tx, rows) })),
    );
  }

  async #withRows<T>(
    { principal, body }: BareCall<typeof routes.check> | BareCall<typeof routes.run>,
    work: (tx: Tx, rows: readonly PatientImportRow[]) => Promise<T>,
  ): Promise<T> {
    const { tenantId } = principal;
    if (tenantId === null) throw new Problem('forbidden');
    const release = this.#slots.take(tenantId);
    try {
      const rows = await readImportBody(body);
      return await this.database.inTenant(principal, tenantId, (tx) => work(tx, rows));
    } finally {
      release();
    }
  }
}
