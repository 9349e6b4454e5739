import { describe, expect, it } from '@jest/globals';
import { type Audience, type Role, topicsOf } from '@wardbell/contract';
import { Entry } from './entry.js';
import { DEFLATED_WEBSOCKET, WEBSOCKET } from './framing.js';
import { Subscription } from './subscription.js';

const entry = (type: string, audience: Audience | null = null) =>
  new Entry({
    tenantId: '00000000-0000-4000-8000-000000000001',
    seq: 1,
    id: '00000000-0000-4000-8000-000000000002',
    type,
    data: '{}',
    audience,
    timestamp: new Date(0),
    actorId: null,
  });
const all = (role: Role) => new Subscription(role, topicsOf(role), null);

describe('a subscription', () => {
  it('never holds a topic that the role may not see', () => {
    const subscription = new Subscription('clinician', ['patients', 'system'], null);
    expect([...subscription.topics]).toEqual(['patients']);
  });

  it('takes only the types that were asked for', () => {
    const subscription = new Subscription('clinician', topicsOf('clinician'), ['patient_deleted']);
    expect(subscription.accepts(entry('patient_deleted'))).toBe(true);
    expect(subscription.accepts(entry('patient_created'))).toBe(false);
  });

  it('keeps events for chosen roles from all others', () => {
    const forDesk = entry('task', { roles: ['front_desk'] });
    expect(all('front_desk').accepts(forDesk)).toBe(true);
    expect(all('clinician').accepts(forDesk)).toBe(false);
    expect(all('tenant_admin').accepts(forDesk)).toBe(false);
  });

  it('keeps events for chosen users from everybody else', () => {
    const forAda = entry('task', { user_ids: ['ada'] });
    expect(all('clinician').acceptsFor(forAda, 'ada')).toBe(true);
    expect(all('clinician').acceptsFor(forAda, 'bob')).toBe(false);
  });

  it('leaves events for chosen users or roles out of the stream of super admins', () => {
    expect(all('super_admin').accepts(entry('task', { roles: ['clinician', 'super_admin'] }))).toBe(false);
    expect(all('super_admin').acceptsFor(entry('task', { user_ids: ['root'] }), 'root')).toBe(false);
    expect(all('super_admin').accepts(entry('task'))).toBe(true);
  });

  it('shares bytes only between equal roles, topics and filters', () => {
    const key = (role: Role, types: string[] | null) => new Subscription(role, topicsOf(role), types).key;
    expect(key('clinician', ['b', 'a'])).toBe(key('clinician', ['a', 'b']));
    expect(new Set([key('clinician', null), key('tenant_admin', null), key('clinician', ['a'])]).size).toBe(
      3,
    );
  });

  it('is shared by those who want and may have the same, and by nobody else', () => {
    const topics = topicsOf('clinician');
    const subscription = Subscription.of('clinician', topics, null, WEBSOCKET);
    expect(Subscription.of('clinician', [...topics].reverse(), null, WEBSOCKET)).toBe(subscription);
    for (const [role, wanted, types, framing] of [
      ['front_desk', topics, null, WEBSOCKET],
      ['clinician', ['patients'], null, WEBSOCKET],
      ['clinician', topics, ['patient_created'], WEBSOCKET],
      ['clinician', topics, null, DEFLATED_WEBSOCKET],
    ] as const) {
      const other = Subscription.of(role, wanted, types, framing);
      expect(other.key).not.toBe(subscription.key);
      expect(other).toMatchObject({ role, framing, topics: new Set(wanted) });
    }
  });
});
