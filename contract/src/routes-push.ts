import { endpoint } from './endpoint.js';
import { PushKey, PushSubscriptionCreate, PushSubscriptionCreated } from './push.js';
import { CARE_TEAM } from './roles.js';

/** Routes for Web Push. */

export const push = {
  key: endpoint({
    method: 'GET',
    path: '/push/key',
    tag: 'push',
    summary: 'The public key that a browser subscribes with',
    access: CARE_TEAM,
    status: 200,
    answer: PushKey,
  }),
  subscribe: endpoint({
    method: 'POST',
    path: '/push/subscriptions',
    tag: 'push',
    summary: 'Send this browser a message when its person gets a notice; the same browser gets the same id',
    access: CARE_TEAM,
    body: PushSubscriptionCreate,
    status: 201,
    answer: PushSubscriptionCreated,
  }),
  unsubscribe: endpoint({
    method: 'DELETE',
    path: '/push/subscriptions/:id',
    tag: 'push',
    summary: "Delete one of one's own subscriptions; signing out deletes that of the session, too",
    access: CARE_TEAM,
    status: 204,
  }),
} as const;
