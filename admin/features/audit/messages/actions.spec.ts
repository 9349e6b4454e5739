import { describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
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

  it('name every field that can be written', () => {
    expect(fields.size).toBeGreaterThan(50);
    expect([...fields].filter((field) => !(field in en.fields || field in records.fields))).toEqual([]);
  });

  it('name every kind of object that the server writes', () => {
    expect(objects.size).toBeGreaterThan(10);
    expect([...objects].filter((type) => !(type in en.objects))).toEqual([]);
  });
});
