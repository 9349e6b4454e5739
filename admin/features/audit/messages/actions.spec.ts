import { describe, expect, it } from '@jest/globals';
import { api, CLOSE, OidcFailure } from '@wardbell/contract';
import { fieldsOf } from '../../../../test/support/body-fields';
import { serverSources } from '../../../../test/support/server-sources';
import records from '../../care/messages/en.json';
import de from './de.json';
import en from './en.json';
import fr from './fr.json';

const sources = serverSources();
/** Actions as the server writes them: in an audit row, or through a function that makes one. */
const ACTION = /(?:action: |audit\w*\(tx, )'([a-z_]+\.[a-z_]+)'/g;
const written = new Set(
  sources.flatMap((text) => [...text.matchAll(ACTION)].map(([, action = '']) => action)),
);

/** What an audit row is about. */
const OBJECT = /objectType: '([a-z_]+)'/g;
const objects = new Set(sources.flatMap((text) => [...text.matchAll(OBJECT)].map(([, type = '']) => type)));

const found = (pattern: RegExp) =>
  sources.flatMap((text) => [...text.matchAll(pattern)].map(([, code = '']) => code));
/** Problems of a status that `ProblemFilter` records. */
const refusals = found(/^ {2}([a-z_]+): \[(?:403|429), /gm);
/** What a caller of `AccessLog` gives as the reason. */
const failures = found(/accesses\.(?:failedToAuthenticate|refused\w*)\([^;]*?code: '([a-z_]+)'/g);
/** Connections that are not admitted, of the close codes that `Clients` records, named as `refusalReason` does. */
const closes = Object.entries(CLOSE).flatMap(([name, { code }]) =>
  code === 4403 || code === 4429 ? [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] : [],
);
/** These two are failures of servers, not of persons, and are not recorded. */
const signIns = OidcFailure.exclude(['unavailable', 'server']).options.map((code) => `oidc_${code}`);

const { patients, appointments, practitioners, rooms, appointmentTypes, absences, officeHours } = api;
const {
  clinicSettings,
  integrationKeys,
  webhooks,
  eventTypes,
  gateways,
  escalationPolicies,
  users,
  tenants,
} = api;
/** What people and programs write that an entry names the fields of. */
const WRITES = [
  ...[patients, appointments, practitioners, rooms, appointmentTypes, absences, escalationPolicies, webhooks],
  ...[users, tenants],
].flatMap(({ create, update }) => [create.body, update.body]);
const OTHER_WRITES = [officeHours.put, clinicSettings.update, integrationKeys.create, eventTypes.put];
const SETTINGS = [gateways.put, tenants.setSecurity, tenants.setLimits];
/** Said with a request, and no field of what it writes. */
const ABOUT_THE_REQUEST = new Set(['book_anyway', 'enforce', 'invitation', 'tenant_id', 'version']);

const fields = new Set(
  [...WRITES, ...[...OTHER_WRITES, ...SETTINGS].map(({ body }) => body)]
    .flatMap(fieldsOf)
    .filter((field) => !ABOUT_THE_REQUEST.has(field)),
);

describe('The words of the audit log', () => {
  it.each([
    ['English', en],
    ['German', de],
    ['French', fr],
  ])('name every action that the server writes in %s', (_, { actions }) => {
    expect(written.size).toBeGreaterThan(30);
    expect([...written].filter((action) => !(action in actions))).toEqual([]);
  });

  it('say every reason why somebody was refused or not signed in', () => {
    expect(refusals).toEqual(expect.arrayContaining(['forbidden', 'too_many_attempts']));
    expect(failures).toEqual(expect.arrayContaining(['invalid_credentials', 'wrong_pin', 'invalid_token']));
    expect(closes).toEqual(expect.arrayContaining(['user_limit']));
    const reasons = new Set([...refusals, ...failures, ...closes, ...signIns]);
    expect([...reasons].toSorted()).toEqual(Object.keys(en.reasons).toSorted());
  });

  it('name every field that can be written', () => {
    expect(fields.size).toBeGreaterThan(50);
    expect([...fields].filter((field) => !(field in en.fields || field in records.fields))).toEqual([]);
  });

  it('name every kind of object that the server writes', () => {
    expect(objects.size).toBeGreaterThan(10);
    expect([...objects].filter((type) => !(type in en.objects))).toEqual([]);
  });
});
