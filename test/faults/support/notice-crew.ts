import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TenantRole } from '@wardbell/contract';
import { z } from 'zod';
import { mintToken } from '../../support/tokens.js';
import type { Deed, Ledger } from './ledger.js';
import type { Random } from './random.js';
import { Requester } from './requester.js';

const Sent = z.object({ id: z.string() });
const MAX_REACTION_MS = 6_000;
/** Notices under way at the same time. */
const MAX_OPEN = 4;

interface Person {
  readonly sub: string;
  readonly role: TenantRole;
}

/** A notice with its escalation, as it was sent. */
export interface CrewNotice {
  readonly id: string;
  readonly tenantId: string;
  /** Seconds of each step; the last is that of the fallback. */
  readonly withinS: readonly number[];
}

export interface NoticeCrewParts {
  readonly tenantId: string;
  readonly apiUrl: string;
  readonly ledger: Ledger;
  readonly random: Random;
}

/**
 * People of one clinic with notices that want an acknowledgement: a nurse is told first, then the charge nurse, then an
 * administrator. About half are acknowledged by one of them after a while, in whatever step they are by then.
 */
export class NoticeCrew {
  readonly notices: CrewNotice[] = [];
  readonly people: readonly Person[] = [
    { sub: randomUUID(), role: 'clinician' },
    { sub: randomUUID(), role: 'front_desk' },
    { sub: randomUUID(), role: 'tenant_admin' },
  ];
  readonly #requester: Requester;
  #stopped = false;

  constructor(readonly parts: NoticeCrewParts) {
    this.#requester = new Requester(parts);
  }

  async run(): Promise<void> {
    const { random } = this.parts;
    const open = new Set<Promise<void>>();
    while (!this.#stopped) {
      const one = this.#play().finally(() => open.delete(one));
      open.add(one);
      if (open.size >= MAX_OPEN) await Promise.race(open);
      await delay(random.between(200, 1_000));
    }
    await Promise.all(open);
  }

  /** Sends nothing new; what is under way is tried until then. */
  stop(deadlineMs: number): void {
    this.#stopped = true;
    this.#requester.stop(deadlineMs);
  }

  /** Sends a notice; perhaps somebody sees, reads and acknowledges it. */
  async #play(): Promise<void> {
    const { random } = this.parts;
    const [nurse, charge, admin] = this.people;
    if (!nurse || !charge || !admin) return;
    const withinS = [random.between(1, 2), random.between(1, 2), random.between(1, 2)];
    const deed = this.#intend();
    const { outcome, body } = await this.#requester.settle({
      method: 'POST',
      path: '/notifications',
      token: () => this.#tokenOf(admin),
      body: {
        message: deed.message,
        level: 'error',
        audience: { user_ids: [nurse.sub] },
        requires_ack: {
          within_s: withinS[0],
          steps: [{ to: { user_ids: [charge.sub] }, within_s: withinS[1] }],
          fallback: { to: { user_ids: [admin.sub] }, within_s: withinS[2] },
        },
      },
    });
    deed.deed.outcome = outcome;
    const sent = Sent.safeParse(body);
    if (!sent.success) return;
    this.notices.push({ id: sent.data.id, tenantId: this.parts.tenantId, withinS });
    await delay(random.between(0, MAX_REACTION_MS));
    await this.#act(nurse, sent.data.id, random.pick(['seen', 'read', 'archive']));
    if (random.isTrue(0.5)) await this.#act(nurse, sent.data.id, 'acknowledge');
  }

  #intend(): { deed: Deed; message: string } {
    const message = `Help is needed (${randomUUID()})`;
    const { ledger, tenantId } = this.parts;
    return { message, deed: ledger.intend(tenantId, 'system_notification', message) };
  }

  async #act(person: Person, id: string, action: 'seen' | 'read' | 'archive' | 'acknowledge'): Promise<void> {
    await this.#requester.settle({
      method: 'POST',
      path: `/notifications/${id}/${action}`,
      token: () => this.#tokenOf(person),
      ...(action === 'acknowledge' ? { body: {} } : {}),
    });
  }

  #tokenOf({ sub, role }: Person): Promise<string> {
    return mintToken({ role, tenantId: this.parts.tenantId, sub });
  }
}
