import { api, type WebhookAttempt, type WebhookCreated } from '@wardbell/contract';
import { database } from '../../support/fixture.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, succeed } from '../http/harness.js';

export const createWebhook = (
  { admin }: Pick<Clinic, 'admin'>,
  url: string,
  body: object = {},
): Promise<WebhookCreated> =>
  succeed(api.webhooks.create, { token: admin, body: { url, payload: 'clinician', ...body } });

/** Publishes application-defined events of a clinic, in order; answers their numbers. */
export async function publish(
  { admin }: Pick<Clinic, 'admin'>,
  events: readonly { type?: string; data?: object; audience?: object }[],
): Promise<number[]> {
  const answer = await succeed(api.events.publish, {
    token: admin,
    body: { events: events.map((event) => ({ type: 'task_updated', data: {}, ...event })) },
  });
  return 'data' in answer ? answer.data.map(({ seq }) => seq) : [answer.seq];
}

/** The newest attempt of a webhook that satisfies a condition. */
export const attemptWhere = (
  { admin }: Pick<Clinic, 'admin'>,
  id: string,
  condition: (attempt: WebhookAttempt) => boolean,
): Promise<WebhookAttempt> =>
  eventually(async () => {
    const { data } = await succeed(api.webhooks.attempts, { token: admin, id });
    return data.find(condition);
  });

/** Lets the waiting time before the next attempt pass. */
export async function passDelay(id: string): Promise<void> {
  await database.query('UPDATE wardbell.webhook SET next_attempt_at = now() WHERE id = $1', [id]);
}

/** Seconds between an attempt and the next one. */
export const delayS = ({ at, next_attempt_at }: WebhookAttempt): number =>
  (Date.parse(next_attempt_at ?? '') - Date.parse(at)) / 1_000;
