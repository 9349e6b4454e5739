import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { createTenant, type TestTenant } from '../../support/tenant.js';
import { succeed } from '../http/harness.js';

useServer();

let clinic: TestTenant;
beforeAll(async () => {
  clinic = await createTenant(server);
});

/** The details of the newest row of an action. */
const detailsOf = async (action: string): Promise<unknown> => {
  const [row] = await database.query<{ details: unknown }>(
    'SELECT details FROM wardbell.audit WHERE scope = $1 AND action = $2 ORDER BY seq DESC LIMIT 1',
    [clinic.id, action],
  );
  return row?.details;
};

describe('The audit log says what a setting was and what it became', () => {
  it('of a role and a status, and not what the person is called', async () => {
    const { token } = clinic.admin;
    const user = await clinic.addUser('clinician');
    const body = { role: 'front_desk', name: 'Zyxnew', status: 'disabled' };
    await succeed(api.users.update, { token, id: user.id, body });
    expect(await detailsOf('user.update')).toEqual({
      'old.role': 'clinician',
      'new.role': 'front_desk',
      'old.status': 'active',
      'new.status': 'disabled',
    });
    await succeed(api.users.update, { token, id: user.id, body: { name: 'Zyxagain' } });
    expect(await detailsOf('user.update')).toBeNull();
  });

  it('of limits', async () => {
    const { token } = clinic.admin;
    await succeed(api.tenants.setLimits, { token, id: clinic.id, body: { max_connections: 50 } });
    expect(await detailsOf('tenant.limits')).toEqual({ 'new.max_connections': 50 });
    await succeed(api.tenants.setLimits, { token, id: clinic.id, body: { max_connections: 40 } });
    expect(await detailsOf('tenant.limits')).toEqual({
      'old.max_connections': 50,
      'new.max_connections': 40,
    });
  });

  it('of the security policy', async () => {
    const { token } = clinic.admin;
    await succeed(api.tenants.setSecurity, { token, id: clinic.id, body: { policy: { idle_minutes: 15 } } });
    expect(await detailsOf('tenant.security')).toEqual({
      'old.policy.idle_minutes': 30,
      'new.policy.idle_minutes': 15,
    });
  });

  it('of what the clinic books with', async () => {
    const { token } = clinic.admin;
    const { id } = await succeed(api.rooms.create, { token, body: { name: 'North' } });
    await succeed(api.rooms.update, { token, id, body: { name: 'South', active: false } });
    expect(await detailsOf('room.update')).toEqual({
      'old.name': 'North',
      'new.name': 'South',
      'old.active': 'true',
      'new.active': 'false',
    });
    const person = await succeed(api.practitioners.create, { token, body: { name: 'Dr Zyxone' } });
    await succeed(api.practitioners.update, { token, id: person.id, body: { name: 'Dr Zyxtwo' } });
    expect(await detailsOf('practitioner.update')).toBeNull();
    await succeed(api.clinicSettings.update, { token, body: { double_booking: 'forbid' } });
    expect(await detailsOf('settings.update')).toEqual({
      'old.double_booking': 'allow',
      'new.double_booking': 'forbid',
    });
    const week = {
      monday: [{ from: '08:00', to: '12:00' }],
      tuesday: [],
      wednesday: [],
      thursday: [],
      friday: [],
      saturday: [],
      sunday: [],
    };
    await succeed(api.officeHours.put, { token, body: { week, practitioners: [] } });
    expect(await detailsOf('office_hours.update')).toMatchObject({ 'new.monday': '08:00–12:00' });
  });

  it('of an escalation policy and of a webhook, of whose address only the host is told', async () => {
    const { token } = clinic.admin;
    const policy = await succeed(api.escalationPolicies.create, {
      token,
      body: { name: 'Stroke', within_s: 60, steps: [{ to: { roles: ['clinician'] }, within_s: 60 }] },
    });
    await succeed(api.escalationPolicies.update, { token, id: policy.id, body: { within_s: 90 } });
    expect(await detailsOf('escalation_policy.update')).toEqual({ 'old.within_s': 60, 'new.within_s': 90 });
    const body = { url: 'https://one.example.org/a?key=Zyxsecret', payload: 'ids' };
    const webhook = await succeed(api.webhooks.create, { token, body });
    const update = { url: 'https://two.example.org/b?key=Zyxsecret', types: ['patient_created'] };
    await succeed(api.webhooks.update, { token, id: webhook.id, body: update });
    expect(await detailsOf('webhook.update')).toEqual({
      'old.url': 'https://one.example.org',
      'new.url': 'https://two.example.org',
      'new.types': 'patient_created',
    });
  });

  it('and the chain of hashes holds with them, without a name or a secret', async () => {
    expect(await succeed(api.audit.verify, { token: clinic.admin.token })).toMatchObject({ ok: true });
    const rows = await database.query('SELECT details FROM wardbell.audit WHERE scope = $1', [clinic.id]);
    expect(JSON.stringify(rows)).not.toContain('Zyx');
  });
});
