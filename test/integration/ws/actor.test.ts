import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, EventFrame, Patient } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { connect, type TestSocket } from '../../support/socket.js';
import { must } from '../../support/tenant.js';
import { eventually } from '../../support/wait.js';
import { type Clinic, createClinic, emit, superToken } from './clinic.js';

useServer();

describe('Who did it', () => {
  const sub = `staff-${randomUUID()}`;
  let clinic: Clinic;
  let colleague: TestSocket;
  let superAdmin: TestSocket;

  beforeAll(async () => {
    clinic = await createClinic(database);
    colleague = await connect(server.wsUrl, { token: await clinic.token('front_desk') });
    superAdmin = await connect(server.wsUrl, { token: await superToken() });
    await must(Patient, server, 'POST', '/patients', {
      token: await clinic.token('clinician', { sub }),
      body: { first_name: 'Ada', last_name: 'Example' },
    });
    await emit(database, clinic, 'task_updated', { task_id: 7 });
    for (const socket of [colleague, superAdmin]) {
      await eventually(() => socket.events.length === 2, { what: 'both events' });
    }
  });

  it('stands in the event for the colleagues, and not where no person acted through the API', () => {
    expect(colleague.events.map(({ actor_id }) => actor_id)).toEqual([sub, undefined]);
    expect(Object.keys(colleague.events[1] ?? {})).not.toContain('actor_id');
  });

  it('is the same when the event is replayed from the log, and in the log itself', async () => {
    const late = await connect(server.wsUrl, {
      token: await clinic.token('front_desk'),
      query: { since: '0', epoch: String(colleague.frames[0]?.data?.epoch) },
    });
    await eventually(() => late.events.length === 2, { what: 'the replay' });
    expect(late.events).toEqual(colleague.events);
    const { body } = await call(server.url, 'GET', '/events', { token: await clinic.token('tenant_admin') });
    const page = EventFrame.array().parse(body instanceof Object && 'data' in body ? body.data : body);
    expect(page.map(({ actor_id }) => actor_id)).toEqual([sub, undefined]);
  });

  it('stands in the log as a role where a super admin did it, and with no role of others', async () => {
    const watched = await createClinic(database);
    const sent = await call(server.url, 'POST', '/notifications', {
      token: await superToken(),
      body: { tenant_id: watched.id, message: 'Maintenance at noon', level: 'info' },
    });
    expect(sent.status).toBe(201);
    await must(Patient, server, 'POST', '/patients', {
      token: await watched.token('clinician', { sub }),
      body: { first_name: 'Ada', last_name: 'Example' },
    });
    const { data } = await must(api.events.list.answer, server, 'GET', '/events', {
      token: await watched.token('tenant_admin'),
    });
    expect(data.map(({ type, actor_role }) => [type, actor_role])).toEqual([
      ['system_notification', 'super_admin'],
      ['patient_created', undefined],
    ]);
  });

  it('is not told to super admins', () => {
    expect(superAdmin.texts.join()).not.toContain(sub);
  });
});
