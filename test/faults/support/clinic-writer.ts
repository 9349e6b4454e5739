import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RunningServer } from '../../support/server.js';
import { mintToken } from '../../support/tokens.js';
import type { Finding } from './oracle.js';

const Patient = z.looseObject({ mrn: z.string() });

/** How one write ended, as a plain HTTP client sees it. */
export interface Outcome {
  /** 0: no answer at all. */
  readonly status: number;
  readonly durationMs: number;
  readonly hasRetryAfter: boolean;
}

/** Somebody of one clinic who registers patients with plain HTTP and notes what the server promised. */
export class ClinicWriter {
  readonly tenantId = randomUUID();
  /** MRNs of patients that the server said it has saved. */
  readonly saved: string[] = [];
  readonly outcomes: Outcome[] = [];
  #token: string | undefined;

  constructor(private readonly server: Pick<RunningServer, 'url'>) {}

  async token(): Promise<string> {
    this.#token ??= await mintToken({ role: 'clinician', tenantId: this.tenantId });
    return this.#token;
  }

  /** Registers one patient. */
  async write(): Promise<Outcome> {
    const mrn = randomUUID();
    const startMs = performance.now();
    const outcome = await this.#post(mrn).catch(() => ({ status: 0, hasRetryAfter: false }));
    const noted = { ...outcome, durationMs: performance.now() - startMs };
    this.outcomes.push(noted);
    if (noted.status === 201) this.saved.push(mrn);
    return noted;
  }

  async #post(mrn: string): Promise<Omit<Outcome, 'durationMs'>> {
    const response = await fetch(`${this.server.url}/api/v1/patients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await this.token()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ first_name: 'Ada', last_name: 'Example', mrn }),
    });
    const hasRetryAfter = Number(response.headers.get('retry-after')) > 0;
    const body: unknown = await response.json();
    if (response.status === 201) Patient.parse(body);
    return { status: response.status, hasRetryAfter };
  }

  /** Answers other than "saved" and `refusals` with `Retry-After`. */
  judgeOutcomes(refusals: readonly number[]): Finding[] {
    const wrong = this.outcomes.filter(
      ({ status, hasRetryAfter }) => status !== 201 && !(refusals.includes(status) && hasRetryAfter),
    );
    const kinds = new Set(wrong.map(({ status }) => status));
    return wrong.length === 0
      ? []
      : [{ kind: 'unavailable', text: `${wrong.length} writes were answered ${[...kinds]}` }];
  }
}
