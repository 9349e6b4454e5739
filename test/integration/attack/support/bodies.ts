import type { Endpoint } from '@wardbell/contract';
import { type SampleOptions, sample } from '../../../support/sample.js';
import { nameOf } from './request.js';

/**
 * Bodies of routes that accept more than their schema says, or for which no body can be made from it, by the name of the
 * route. A route that fails for want of a body: add a line here.
 */
const BODIES: Readonly<Record<string, object>> = {
  // without a time after which it becomes unhealthy by itself
  'PUT /gateways/:gateway_id': { gateway_type: 'Sample', status: 'HEALTHY' },
  'PUT /notifications/preferences': { sound: false },
  'PUT /office-hours': { week: { tuesday: [{ from: '08:00', to: '12:00' }] } },
  'POST /push/subscriptions': {
    endpoint: 'https://127.0.0.1:9/sample',
    keys: { p256dh: `BH${'A'.repeat(85)}`, auth: 'A'.repeat(22) },
  },
  'PATCH /users/:id': { name: 'Sample', role: 'front_desk', status: 'disabled' },
};

/** A body that the schema of an endpoint accepts; undefined for an endpoint without one. */
export function bodyOf(endpoint: Endpoint, options: SampleOptions = {}): unknown {
  if (endpoint.body === undefined) return undefined;
  const body = BODIES[nameOf(endpoint)] ?? sample(endpoint.body, options);
  if (body === undefined) {
    throw new Error(
      `No body for ${nameOf(endpoint)} can be made from its schema: add one to BODIES in test/integration/attack/support/bodies.ts`,
    );
  }
  return body;
}
