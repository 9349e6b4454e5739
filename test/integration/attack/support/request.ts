import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint } from '@wardbell/contract';
import type { z } from 'zod';
import { server } from '../../../support/fixture.js';
import { type Answer, type CallOptions, call } from '../../../support/http.js';
import { WAIT_MS } from '../../../support/wait.js';

export const nameOf = ({ method, path }: Endpoint): string => `${method} ${path}`;

/** Up to the last parameter: what the parameter names. Undefined for a path without one. */
export const subjectOf = ({ path }: Endpoint): string | undefined => /^.*:\w+/.exec(path)?.[0];

/** Calls the API again while it is too busy to answer, as clients do. */
export async function callPatiently(method: string, path: string, options: CallOptions): Promise<Answer> {
  const deadlineMs = performance.now() + WAIT_MS;
  for (;;) {
    const answer = await call(server.url, method, path, options);
    if (answer.status !== 503 || performance.now() > deadlineMs) return answer;
    await delay(200);
  }
}

/** Calls the API and insists on success. */
export async function insist<Schema extends z.ZodType>(
  schema: Schema,
  method: string,
  path: string,
  options: CallOptions,
): Promise<z.output<Schema>> {
  const { status, body } = await callPatiently(method, path, options);
  if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(body)}`);
  return schema.parse(body);
}

/** Calls an endpoint with this value in its path, whatever the name of the parameter. */
export const request = (
  { method, path }: Endpoint,
  {
    id = '',
    query = '',
    ...options
  }: CallOptions & { readonly id?: string | undefined; readonly query?: string } = {},
): Promise<Answer> =>
  callPatiently(method, path.replace(/:\w+/, () => encodeURIComponent(id)) + query, options);

/** Runs a task for every item, so many at a time. */
export async function eachOf<Item>(
  items: readonly Item[],
  task: (item: Item) => Promise<void>,
  atOnce = 4,
): Promise<void> {
  const rest = [...items];
  const work = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await task(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
