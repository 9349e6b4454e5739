import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TenantRole } from '@wardbell/contract';
import { z } from 'zod';
import type { Deed, Ledger } from './ledger.js';
import type { Random } from './random.js';
import { type Request, Requester } from './requester.js';

/** Marks what must never leave a clinic or reach the front desk; looked for in frames and logs. */
export const CANARY = 'canary-of-clinical-text';
const MAX_PATIENTS = 30;

const Written = z.looseObject({ id: z.string(), version: z.number() });

type RoleRequest = Omit<Request, 'token'> & { readonly role: TenantRole };

interface Owned {
  readonly id: string;
  version: number;
}

/** A patient with appointments cannot be deleted. */
interface OwnedPatient extends Owned {
  isBooked: boolean;
}

export interface WriterParts {
  readonly tenantId: string;
  readonly apiUrl: string;
  readonly token: (role: TenantRole) => Promise<string>;
  readonly ledger: Ledger;
  readonly random: Random;
}

/**
 * Somebody at work: one request after the other, each tried again until its outcome is known, with the same
 * Idempotency-Key or version. Its patients and appointments are its own, so that it can tell what happened.
 */
export class Writer {
  readonly #patients: OwnedPatient[] = [];
  readonly #appointments: (Owned & { isOpen: boolean })[] = [];
  readonly #requester: Requester;
  #stopped = false;

  constructor(private readonly parts: WriterParts) {
    this.#requester = new Requester(parts);
  }

  async run(): Promise<void> {
    const { random } = this.parts;
    while (!this.#stopped) {
      const dice = random.next();
      if (this.#patients.length === 0 || (dice < 0.3 && this.#patients.length < MAX_PATIENTS))
        await this.#register();
      else if (dice < 0.6) await this.#correct();
      else if (dice < 0.65) await this.#erase();
      else if (dice < 0.8) await this.#book();
      else if (dice < 0.95) await this.#move();
      else await this.#notify();
      await delay(random.between(10, 80));
    }
  }

  /** Begins nothing new; what is under way is tried until then. */
  stop(deadlineMs: number): void {
    this.#stopped = true;
    this.#requester.stop(deadlineMs);
  }

  async #register(): Promise<void> {
    const mrn = randomUUID();
    const isClinical = this.parts.random.isTrue(0.5);
    const answer = await this.#settle(this.#intend('patient_created', mrn), {
      method: 'POST',
      path: '/patients',
      role: isClinical ? 'clinician' : 'front_desk',
      body: {
        mrn,
        first_name: 'Ada',
        last_name: `Example ${mrn.slice(0, 4)}`,
        ...(isClinical ? { notes: `${CANARY} ${mrn}` } : {}),
      },
    });
    const patient = Written.safeParse(answer);
    if (patient.success)
      this.#patients.push({ id: patient.data.id, version: patient.data.version, isBooked: false });
  }

  async #correct(): Promise<void> {
    const patient = this.parts.random.pick(this.#patients);
    const next = patient.version + 1;
    await this.#settle(this.#intend('patient_updated', `${patient.id} ${next}`), {
      method: 'PATCH',
      path: `/patients/${patient.id}`,
      role: this.parts.random.pick(['clinician', 'front_desk', 'tenant_admin']),
      body: { phone: `+1 555 ${next}${this.parts.random.between(1_000, 9_999)}` },
      version: patient.version,
      provesFirst: 412,
    });
    patient.version = next;
  }

  async #erase(): Promise<void> {
    const at = this.#patients.findIndex(({ isBooked }) => !isBooked);
    const [patient] = at === -1 ? [] : this.#patients.splice(at, 1);
    if (!patient) return;
    await this.#settle(this.#intend('patient_deleted', patient.id), {
      method: 'DELETE',
      path: `/patients/${patient.id}`,
      role: 'clinician',
      provesFirst: 404,
    });
  }

  async #book(): Promise<void> {
    const room = randomUUID();
    const patient = this.parts.random.pick(this.#patients);
    patient.isBooked = true;
    const answer = await this.#settle(this.#intend('appointment_created', room), {
      method: 'POST',
      path: '/appointments',
      role: 'clinician',
      body: {
        patient_id: patient.id,
        datetime: '2027-01-15T10:00:00Z',
        type: 'check-up',
        room,
        reason: `${CANARY} ${room}`,
      },
    });
    const appointment = Written.safeParse(answer);
    if (!appointment.success) return;
    this.#appointments.push({ id: appointment.data.id, version: appointment.data.version, isOpen: true });
    if (this.#appointments.length > MAX_PATIENTS) this.#appointments.shift();
  }

  async #move(): Promise<void> {
    const { random } = this.parts;
    const appointment = this.#appointments.find(({ isOpen }) => isOpen);
    if (!appointment) return;
    const status = random.pick(['arrived', 'cancelled']);
    const type = status === 'cancelled' ? 'appointment_cancelled' : 'appointment_updated';
    const next = appointment.version + 1;
    appointment.isOpen = false;
    await this.#settle(this.#intend(type, `${appointment.id} ${next}`), {
      method: 'POST',
      path: `/appointments/${appointment.id}/status`,
      role: random.pick(['clinician', 'front_desk']),
      body: { status },
    });
    appointment.version = next;
  }

  async #notify(): Promise<void> {
    const message = `The printer is back (${randomUUID()})`;
    await this.#settle(this.#intend('system_notification', message), {
      method: 'POST',
      path: '/notifications',
      role: 'tenant_admin',
      body: { message, level: 'warning' },
    });
  }

  #intend(type: string, identity: string): Deed {
    return this.parts.ledger.intend(this.parts.tenantId, type, identity);
  }

  /** Tries until the outcome is known. Answers the body of the success, if there was one. */
  async #settle(deed: Deed, { role, ...request }: RoleRequest): Promise<unknown> {
    const { outcome, body } = await this.#requester.settle({
      ...request,
      token: () => this.parts.token(role),
    });
    deed.outcome = outcome;
    return body;
  }
}
