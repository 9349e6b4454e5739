import { beforeEach, describe, expect, it } from '@jest/globals';
import { api, type ListPreferencesChange, MAX_SAVED_FILTERS } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { createTenant, type TestTenant } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { ask, fail, succeed } from './harness.js';

useServer();

let clinic: TestTenant;

beforeEach(async () => {
  clinic = await createTenant(server);
});

const routes = api.listPreferences;
const ID = '3f6f1a52-0000-4000-8000-000000000001';
const NOTHING = { filters: [], default_filter: null, hidden_columns: [], practitioner: null, version: 0 };

type Change = Partial<Omit<ListPreferencesChange, 'list'>> & Pick<ListPreferencesChange, 'list'>;

const save = (token: string, change: Change) =>
  succeed(routes.set, { token, body: { ...NOTHING, ...change } });
const refused = (token: string, change: object) =>
  fail(routes.set, { token, body: { ...NOTHING, ...change } });
const listsOf = async (token: string) => (await succeed(routes.list, { token })).data;

const late = { name: 'Late ones', filter: { status: 'late', practitioner: ID } };

describe("A person's choices for the lists", () => {
  it('are found again with another sign-in of the same person, and by nobody else', async () => {
    const { token, email, password } = clinic.frontDesk;
    const saved = await save(token, {
      list: 'schedule',
      filters: [late],
      default_filter: late.name,
      hidden_columns: ['gender'],
      practitioner: '~1x3',
    });
    expect(saved.version).toBe(1);
    const other = await succeed(api.auth.login, { body: { email, password } });
    expect(await listsOf(other.access_token)).toEqual([saved]);
    for (const colleague of [clinic.admin, clinic.clinician])
      expect(await listsOf(colleague.token)).toEqual([]);
    const stranger = await createTenant(server);
    const namesake = await mintToken({ role: 'front_desk', tenantId: stranger.id, sub: clinic.frontDesk.id });
    expect([403, 401]).toContain((await ask(routes.list, { token: namesake })).status);
  });

  it('of people of single sign-on with the same subject in two clinics are two', async () => {
    const stranger = await createTenant(server);
    const [here, there] = await Promise.all(
      [clinic, stranger].map(({ id }) => mintToken({ role: 'clinician', tenantId: id, sub: 'idp|same' })),
    );
    await save(here ?? '', { list: 'patients', hidden_columns: ['phone'] });
    expect(await listsOf(there ?? '')).toEqual([]);
    expect((await listsOf(here ?? '')).map(({ hidden_columns }) => hidden_columns)).toEqual([['phone']]);
  });

  it('of people without a clinic are kept, too', async () => {
    const token = await mintToken({ role: 'super_admin', sub: `idp|${clinic.id}` });
    const filter = { name: 'Admins of one', filter: { role: 'tenant_admin', tenant: clinic.id } };
    const saved = await save(token, { list: 'users', filters: [filter] });
    expect(await listsOf(token)).toEqual([saved]);
  });

  it('do not undo what another screen has saved meanwhile', async () => {
    const { token } = clinic.admin;
    // such as after a restore from a backup
    expect(await refused(token, { list: 'audit', version: 7 })).toEqual([412, 'version_mismatch']);
    await save(token, { list: 'audit', hidden_columns: ['address'] });
    expect(await refused(token, { list: 'audit' })).toEqual([412, 'version_mismatch']);
    expect(await refused(token, { list: 'audit', version: 2 })).toEqual([412, 'version_mismatch']);
    expect((await save(token, { list: 'audit', version: 1 })).version).toBe(2);
    const both = await Promise.all(
      ['a', 'b'].map((id) =>
        ask(routes.set, { token, body: { ...NOTHING, list: 'users', hidden_columns: [id] } }),
      ),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 412]);
  });

  it.each([
    ['the text of a search', { list: 'patients', filters: [{ name: 'x', filter: { search: 'Doe' } }] }],
    ['a search of users', { list: 'users', filters: [{ name: 'x', filter: { search: 'Doe' } }] }],
    ['a patient', { list: 'audit', filters: [{ name: 'x', filter: { patient: ID } }] }],
    [
      'words in the place of an id',
      { list: 'schedule', filters: [{ name: 'x', filter: { room: 'Jane Doe' } }] },
    ],
    [
      'words in the place of a person',
      { list: 'audit', filters: [{ name: 'x', filter: { person: 'Jane Doe' } }] },
    ],
    ['a field of another list', { list: 'events', filters: [{ name: 'x', filter: { role: 'clinician' } }] }],
    ['two of one name', { list: 'schedule', filters: [late, late] }],
    ['a default that is not there', { list: 'schedule', default_filter: 'x' }],
    ['a practitioner of another list than the schedule', { list: 'users', practitioner: ID }],
    ['a list that there is not', { list: 'diagnoses' }],
    [
      'more than there may be',
      {
        list: 'schedule',
        filters: Array.from({ length: MAX_SAVED_FILTERS + 1 }, (_, n) => ({ ...late, name: `filter ${n}` })),
      },
    ],
  ])('do not take %s', async (_, change) => {
    expect(await refused(clinic.admin.token, change)).toEqual([422, 'validation_failed']);
    expect(await listsOf(clinic.admin.token)).toEqual([]);
  });

  it('take as many filters as there may be', async () => {
    const filters = Array.from({ length: MAX_SAVED_FILTERS }, (_, n) => ({ ...late, name: `filter ${n}` }));
    const saved = await save(clinic.admin.token, { list: 'schedule', filters });
    expect(saved.filters).toEqual(filters);
  });

  it('go with the account', async () => {
    const person = await clinic.addUser('clinician');
    await save(person.token, { list: 'schedule', filters: [late] });
    const rows = () => database.query('SELECT FROM wardbell.list_preference WHERE user_id = $1', [person.id]);
    expect(await rows()).toHaveLength(1);
    await ask(api.users.remove, { token: clinic.admin.token, id: person.id });
    expect(await rows()).toEqual([]);
  });
});
