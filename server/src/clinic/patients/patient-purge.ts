import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DELETED_PATIENT_DAYS } from '@wardbell/contract';
import { type BackgroundTask, BackgroundTasks } from '../../database/background-tasks.js';
import { Database } from '../../database/database.service.js';
import { RelayPool } from '../../database/pools.js';
import { type Principal, SYSTEM } from '../../database/principal.js';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { DeletedPatients } from './deleted-patients.js';

const EVERY_MS = 10 * 60_000;
/** Patients in one run of the task; the next run goes on. */
const MAX_PATIENTS = 200;
/** Numbers of the log in one transaction: about 30 ms. */
const BATCH = 5_000;

const DUE = {
  name: 'due_purges',
  text: 'SELECT tenant_id::text, patient_id::text FROM wardbell.due_purges($1, $2)',
};

interface PatientOfTenant {
  readonly tenantId: string;
  readonly id: string;
}

/** Runs a unit of work as whoever purges. */
type Run = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/**
 * Removes every copy of deleted patients: on request, and 30 days after their deletion. A purge takes several
 * transactions. The first one removes the records and cannot be undone; if the process dies after that, the task of any
 * instance goes on.
 */
@Injectable()
export class PatientPurge implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #task: BackgroundTask;

  constructor(
    private readonly database: Database,
    private readonly relay: RelayPool,
    private readonly deleted: DeletedPatients,
    tasks: BackgroundTasks,
  ) {
    this.#task = tasks.define({ name: 'purge', everyMs: EVERY_MS }, () => this.#purgeDue());
  }

  onApplicationBootstrap(): void {
    void this.#task.run();
    this.#task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }

  /**
   * Purges a patient of the principal's tenant; one that is not deleted is deleted first. Resolves when no copy is left.
   * @throws Problem `not_found`
   */
  async purge(principal: Principal, id: string): Promise<void> {
    const { tenantId } = principal;
    if (tenantId === null) throw new Problem('not_found');
    const run: Run = (work) => this.database.inTenant(principal, tenantId, work);
    const patient = { tenantId, id };
    await run(async (tx) => {
      if ((await begin(tx, patient)) !== 'unknown') return;
      await this.deleted.remove(tx, id, null);
      await begin(tx, patient);
    });
    await finish(run, patient);
  }

  async #purgeDue(): Promise<void> {
    const rows = await this.relay.query<{ tenant_id: string; patient_id: string }>(DUE, [
      DELETED_PATIENT_DAYS,
      MAX_PATIENTS,
    ]);
    const run: Run = (work) => this.database.acrossTenants(SYSTEM, work);
    for (const { tenant_id, patient_id } of rows) {
      const patient = { tenantId: tenant_id, id: patient_id };
      await run((tx) => begin(tx, patient));
      await finish(run, patient);
    }
  }
}

/** Removes the records of a deleted patient; `running`: that was done before. */
async function begin(tx: Tx, { tenantId, id }: PatientOfTenant): Promise<'begun' | 'running' | 'unknown'> {
  const [row] = await tx.sql.query<{ outcome: 'begun' | 'running' | 'unknown' }[]>`
    SELECT wardbell.begin_purge(${tenantId}::uuid, ${id}::uuid) AS outcome`;
  const outcome = row?.outcome ?? 'unknown';
  if (outcome === 'begun') {
    tx.audit({ action: 'patient.purge', objectType: 'patient', objectId: id, patientId: id }, tenantId);
  }
  return outcome;
}

async function finish(run: Run, patient: PatientOfTenant): Promise<void> {
  while ((await run((tx) => purgeEvents(tx, patient))) > 0);
}

/**
 * Replaces the data of the next events. The last transaction emits an event by which instances drop what they have in
 * memory and integrations learn that their copies should go.
 * @returns numbers of the log that are left
 */
async function purgeEvents(tx: Tx, { tenantId, id }: PatientOfTenant): Promise<number> {
  const [row] = await tx.sql.query<{ numbers_left: bigint; version: number }[]>`
    SELECT numbers_left, version FROM wardbell.purge_events(${tenantId}::uuid, ${id}::uuid, ${BATCH})`;
  if (!row) return 0;
  const left = Number(row.numbers_left);
  if (left === 0) {
    const data = { patient_id: id, tenant_id: tenantId, version: row.version + 1, purged: true };
    tx.emit({ type: 'patient_deleted', data }, tenantId);
  }
  return left;
}
