import { isEvent, type Position } from '@wardbell/client';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { liveClient, recordedClient, stopClients } from '../../support/sdk.js';
import { createTenant, signInSuperAdmin, type TestTenant } from '../../support/tenant.js';
import { eventually } from '../../support/wait.js';

useServer();

/** Streams that skip numbers, and those of super admins, which have a number for each tenant. */
describe('the SDK and positions', () => {
  let proxy: FaultProxy;
  let superToken: string;
  let tenant: TestTenant;

  beforeAll(async () => {
    superToken = await signInSuperAdmin(server);
  });
  beforeEach(async () => {
    proxy = await startFaultProxy(server.port);
    tenant = await createTenant(server, superToken);
  });
  afterEach(async () => {
    stopClients();
    await proxy.close();
  });

  const createPatient = async ({ clinician }: TestTenant): Promise<string> => {
    const { body } = await call(server.url, 'POST', '/patients', {
      token: clinician.token,
      body: { first_name: 'Test', last_name: 'Patient' },
    });
    return (body as { id: string }).id;
  };
  /** As another service does that shares the database. */
  const publish = (type: string, audience: object | null = null) =>
    database.query("SELECT wardbell.emit($1, $2, '{}', $3)", [tenant.id, type, audience]);

  it('knows how far a filtered stream is complete although most numbers are not for it', async () => {
    const recorded = await liveClient({
      url: proxy.through(server.wsUrl),
      getToken: () => tenant.frontDesk.token,
      types: ['patient_deleted'],
    });
    for (let index = 0; index < 5; index += 1) await createPatient(tenant);
    const admin = await liveClient({ url: server.wsUrl, getToken: () => tenant.admin.token });
    await publish('for_admins', { roles: ['tenant_admin'] });
    // What SQL emits is found by the sweep; until then a resume ends before it.
    await eventually(() => admin.seqs().includes(6), { what: 'the event of another service' });
    proxy.cut();
    await eventually(() => proxy.made === 2 && recorded.client.state.status === 'live');
    await eventually(() => recorded.client.position?.seq === 6, { what: 'the position after the resume' });
    expect(recorded.events).toEqual([]);
    expect(recorded.client.faults).toMatchObject({ duplicate: 0, backwards: 0, incomplete: 0 });
  });

  it('gives only the topics that were asked for, of the past and live', async () => {
    await createPatient(tenant);
    await publish('lab_result');
    const recorded = recordedClient({
      url: server.wsUrl,
      getToken: () => tenant.clinician.token,
      topics: ['events', 'notifications'],
    });
    const first = await liveClient({ url: server.wsUrl, getToken: () => tenant.clinician.token });
    const { epoch } = first.client.position ?? { epoch: '' };
    recorded.client.start({ since: { epoch, seq: 0 } });
    await recorded.until('live');
    await createPatient(tenant);
    await publish('lab_result');
    await eventually(() => recorded.events.length === 2);
    expect(recorded.events.map(({ type }) => type)).toEqual(['lab_result', 'lab_result']);
  });

  it('says resync_required for a position that this history does not know', async () => {
    await createPatient(tenant);
    const since: Position = { epoch: '6f1c5a70-0000-4000-8000-000000000000', seq: 1 };
    const recorded = recordedClient({ url: server.wsUrl, getToken: () => tenant.clinician.token });
    recorded.client.start({ since });
    await recorded.until('live');
    expect(recorded.events[0]).toMatchObject({ type: 'resync_required', data: { reason: 'epoch', seq: 1 } });
    await createPatient(tenant);
    await eventually(() => recorded.seqs().length === 1);
    expect(recorded.seqs()).toEqual([2]);
  });

  it('shows a super admin every tenant, over a drop, with tenants that came into being meanwhile', async () => {
    const other = await createTenant(server, superToken);
    const recorded = await liveClient({
      url: proxy.through(server.wsUrl),
      getToken: () => superToken,
    });
    const expected: string[] = [];
    const mine = () =>
      recorded.events.flatMap((event) => (isEvent(event, 'patient_created') ? [event.data.id] : []));
    expected.push(await createPatient(tenant), await createPatient(other));
    await eventually(() => mine().length === 2);
    proxy.refuse();
    proxy.cut();
    await recorded.until('waiting');
    const fresh = await createTenant(server, superToken);
    for (const one of [tenant, fresh, other, fresh, tenant]) expected.push(await createPatient(one));
    proxy.heal();
    recorded.client.retry();
    await recorded.until('live');
    expected.push(await createPatient(fresh));
    await eventually(() => mine().length === expected.length, { what: 'every patient of every tenant' });
    expect([...mine()].sort()).toEqual([...expected].sort());
    expect(recorded.client.faults).toEqual({
      duplicate: 0,
      backwards: 0,
      incomplete: 0,
      malformed: 0,
      handler: 0,
    });
    expect(recorded.client.position?.seq).toMatchObject({ [tenant.id]: 3, [other.id]: 2, [fresh.id]: 3 });
  });
});
