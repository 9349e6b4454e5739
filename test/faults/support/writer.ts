import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TenantRole } from '@wardbell/contract';
import { z } from 'zod';
import type { Deed, Ledger } from './ledger.js';
import type { Random } from './random.js';

/** Marks what must never leave a clinic or reach the front desk; looked for in frames and logs. */
export const CANARY = 'canary-of-clinical-text';
/** Short, so that many outcomes are unknown. */
const TIMEOUT_MS = 5_000;
const MAX_PATIENTS = 30;

const Written = z.looseObject({ id: z.string(), version: z.number() });
const Problem = z.looseObject({ code: z.string() });

interface Request {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly role: TenantRole;
  readonly body?: object;
  /** Only this version may be changed. */
  readonly version?: number;
  /** Status that, at a second attempt, says that the first one took effect. */
  readonly provesFirst?: number;
}

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
  #stopped = false;
  #deadlineMs = Number.POSITIVE_INFINITY;

  constructor(private readonly parts: WriterParts) {}

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
    this.#deadlineMs = deadlineMs;
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
  async #settle(deed: Deed, request: Request): Promise<unknown> {
    const key = randomUUID();
    for (let attempt = 1; performance.now() < this.#deadlineMs; attempt++) {
      const answer = await this.#send(request, key);
      if (answer && answer.status < 300) {
        deed.outcome = 'acknowledged';
        return answer.body;
      }
      if (answer && attempt > 1 && answer.status === request.provesFirst) {
        deed.outcome = 'acknowledged';
        return undefined;
      }
      if (answer && !isTemporary(answer)) {
        this.parts.ledger.surprises.push(`${request.method} ${request.path}: ${describe(answer)}`);
        if (answer.status < 500) {
          deed.outcome = 'undone';
          return undefined;
        }
      }
      await delay(this.parts.random.between(50, 400));
    }
    return undefined;
  }

  /** Undefined when no answer came. */
  async #send(request: Request, key: string): Promise<Answer | undefined> {
    const { method, path, body, version } = request;
    try {
      const response = await fetch(`${this.parts.apiUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await this.parts.token(request.role)}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(method === 'POST' ? { 'idempotency-key': key } : {}),
          ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        body: text === '' ? undefined : JSON.parse(text),
      };
    } catch {
      return undefined; // cut off, killed or too slow: it may have happened
    }
  }
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

/** Answers that say when to come again: the database is away, or the first attempt is still running. */
const isTemporary = ({ status, retryAfter }: Answer): boolean =>
  (status === 503 || status === 409) && retryAfter !== null;

const describe = ({ status, body }: Answer): string => {
  const problem = Problem.safeParse(body);
  return `${status} ${problem.success ? problem.data.code : 'without a code'}`;
};
