import { randomInt } from 'node:crypto';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '../database/database.service.js';
import { type Principal, SYSTEM } from '../database/principal.js';
import { Config } from '../platform/config/config.js';
import { Problem } from '../platform/errors/problem.js';
import { errorFields } from '../platform/log/error-fields.js';
import { Log } from '../platform/log/log.js';
import { ClinicDay } from './clinic-day.js';
import { DEMO_CLINICS, type DemoClinic } from './clinics.js';
import { demoEmail } from './logins.js';

/** Pause between two changes in one clinic. */
const PAUSE_MS = { min: 2_000, max: 6_000 } as const;

/** Makes changes through the services of the API, so that consoles show live data (`DEMO_TRAFFIC`). */
@Injectable()
export class DemoTraffic implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #step: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly day: ClinicDay,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.demoTraffic) this.#schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#step;
  }

  #schedule(): void {
    this.#timer = setTimeout(
      () => {
        this.#step = this.#play()
          .catch((error: unknown) => this.log.warn('demo step failed', errorFields(error)))
          .then(() => {
            if (!this.#stopped) this.#schedule();
          });
      },
      randomInt(PAUSE_MS.min, PAUSE_MS.max),
    );
    this.#timer.unref();
  }

  async #play(): Promise<void> {
    const clinic = DEMO_CLINICS[randomInt(DEMO_CLINICS.length)];
    const actor = clinic && (await this.#someoneOf(clinic));
    if (!clinic || !actor?.tenantId) return;
    try {
      await this.database.inTenant(actor, actor.tenantId, (tx) => this.day.somethingHappens(tx, clinic));
    } catch (error) {
      // a user changed the same patient at the same time; the next change follows
      if (!(error instanceof Problem) || error.status >= 500) throw error;
    }
  }

  /** A random user of the clinic who works with patients. */
  #someoneOf(clinic: DemoClinic): Promise<Principal | undefined> {
    const staff = clinic.people.filter(({ role }) => role !== 'tenant_admin');
    const person = staff[randomInt(staff.length)];
    if (!person) return Promise.resolve(undefined);
    return this.database.acrossTenants(SYSTEM, async (tx) => {
      const [row] = await tx.sql.query<{ id: string; tenant_id: string }[]>`
        SELECT u.id::text, u.tenant_id::text
        FROM wardbell.user_account u JOIN wardbell.tenant t ON t.id = u.tenant_id
        WHERE u.email = ${demoEmail(clinic, person.user)} AND u.status = 'active' AND u.role = ${person.role}
          AND t.status = 'active'`;
      return row && { ...SYSTEM, userId: row.id, tenantId: row.tenant_id, role: person.role };
    });
  }
}
