import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, EventTypeRow, Problem } from '@wardbell/contract';
import { database, server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { type Clinic, count, createClinic } from '../http/harness.js';

useServer();

describe('Event types', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
  });

  const put = (type: string, body: object, token = clinic.admin) =>
    call(server.url, 'PUT', `/event-types/${type}`, { token, body });
  const publish = (type: string, data: object) =>
    call(server.url, 'POST', '/events', { token: clinic.admin, body: { type, data } });
  const row = ({ status, body }: { status: number; body: unknown }) => {
    expect([status, body]).toEqual([200, expect.anything()]);
    return EventTypeRow.parse(body);
  };
  const pointers = ({ body }: { body: unknown }) =>
    Problem.parse(body)
      .errors?.map(({ path }) => path)
      .sort();

  it('are described, read, listed and forgotten', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } } };
    expect(row(await put('described', { description: 'A count', schema }))).toMatchObject({
      type: 'described',
      description: 'A count',
      schema,
      version: 1,
    });
    const get = () => call(server.url, 'GET', '/event-types/described', { token: clinic.admin });
    expect(row(await get()).schema).toEqual(schema);
    const list = await call(server.url, 'GET', '/event-types', { token: clinic.admin });
    expect(api.eventTypes.list.answer.parse(list.body).data.map(({ type }) => type)).toContain('described');
    const remove = await call(server.url, 'DELETE', '/event-types/described', { token: clinic.admin });
    expect([remove.status, (await get()).status]).toEqual([204, 404]);
  });

  it('count their version up with each change, and leave what was published as it is', async () => {
    expect(row(await put('versioned', { schema: { required: ['a'] } })).version).toBe(1);
    expect((await publish('versioned', { a: 1 })).status).toBe(201);
    expect(row(await put('versioned', { schema: { required: ['a'] } })).version).toBe(1);
    expect(row(await put('versioned', { schema: { required: ['b'] } })).version).toBe(2);
    expect((await publish('versioned', { a: 1 })).status).toBe(422);
    expect(
      await count(`SELECT count(*) FROM wardbell.outbox WHERE tenant_id = $1 AND type = 'versioned'`, [
        clinic.id,
      ]),
    ).toBe(1);
  });

  it('refuse data that breaks the schema, with a JSON pointer for each error', async () => {
    const schema = {
      type: 'object',
      required: ['id'],
      properties: {
        id: { type: 'string' },
        items: { type: 'array', items: { $ref: '#/$defs/item' } },
      },
      additionalProperties: false,
      $defs: { item: { type: 'object', properties: { n: { type: 'integer', minimum: 1 } } } },
    };
    row(await put('ordered', { schema }));
    expect((await publish('ordered', { id: 'a', items: [{ n: 1 }] })).status).toBe(201);
    const refused = await publish('ordered', { items: [{ n: 1 }, { n: 0 }, { n: 'x' }], 'a/b': 1 });
    expect([refused.status, Problem.parse(refused.body).code]).toEqual([422, 'schema_violation']);
    expect(pointers(refused)).toEqual(['/a~1b', '/id', '/items/1/n', '/items/2/n']);
  });

  it('hold events of a batch and CloudEvents to the schema too, and name the place in the batch', async () => {
    row(await put('strict', { schema: { required: ['n'] } }));
    const events = [
      { type: 'strict', data: { n: 1 } },
      { type: 'strict', data: {} },
      { type: 'free', data: {} },
    ];
    const refused = await call(server.url, 'POST', '/events', {
      token: clinic.admin,
      body: { events },
    });
    expect([refused.status, pointers(refused)]).toEqual([422, ['/1/n']]);
    const cloudEvent = { specversion: '1.0', id: '1', source: '/s', type: 'strict', data: {} };
    const structured = await call(server.url, 'POST', '/events', {
      token: clinic.admin,
      body: cloudEvent,
      headers: { 'content-type': 'application/cloudevents+json' },
    });
    expect([structured.status, pointers(structured)]).toEqual([422, ['/n']]);
    expect(
      await count(`SELECT count(*) FROM wardbell.outbox WHERE tenant_id = $1 AND type = 'strict'`, [
        clinic.id,
      ]),
    ).toBe(0);
  });

  it('of one tenant do not concern another', async () => {
    const other = await createClinic();
    row(await put('private', { schema: false }));
    const foreign = await call(server.url, 'GET', '/event-types/private', { token: other.admin });
    expect(foreign.status).toBe(404);
    const published = await call(server.url, 'POST', '/events', {
      token: other.admin,
      body: { type: 'private', data: {} },
    });
    expect(published.status).toBe(201);
  });

  it('are for tenant admins, and never describe a reserved type or what is no name', async () => {
    expect((await put('x', {}, clinic.clinician)).status).toBe(403);
    expect(Problem.parse((await put('patient_created', {})).body).code).toBe('reserved_type');
    expect((await put('7up', {})).status).toBe(422);
  });

  it('that were made again after a deletion go by their new schema', async () => {
    row(await put('again', { schema: { required: ['a'] } }));
    expect((await publish('again', { a: 1 })).status).toBe(201);
    await call(server.url, 'DELETE', '/event-types/again', { token: clinic.admin });
    expect((await publish('again', {})).status).toBe(201);
    row(await put('again', { schema: { required: ['b'] } }));
    expect((await publish('again', { a: 1 })).status).toBe(422);
  });

  it('leave a row in the audit log for each change', async () => {
    const fresh = await createClinic();
    await put('noted', {}, fresh.admin);
    await put('noted', {}, fresh.admin);
    await call(server.url, 'DELETE', '/event-types/noted', { token: fresh.admin });
    const rows = await database.query('SELECT action FROM wardbell.audit WHERE scope = $1 ORDER BY seq', [
      fresh.id,
    ]);
    expect(rows).toEqual([{ action: 'event_type.put' }, { action: 'event_type.delete' }]);
  });

  // by references, because a body itself has at most 32 levels
  const nested = Object.fromEntries(
    Array.from({ length: 41 }, (_, n) => [`d${n}`, n === 40 ? {} : { not: { $ref: `#/$defs/d${n + 1}` } }]),
  );
  const doubling = Object.fromEntries(
    Array.from({ length: 30 }, (_, n) => [
      `d${n}`,
      n === 29
        ? { type: 'object' }
        : { allOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] },
    ]),
  );
  it.each<[string, object]>([
    ['over 32 KiB', { description: 'x'.repeat(32 * 1024) }],
    ['with a $ref to another document', { $ref: 'https://example.org/schema.json' }],
    ['with a $ref to the metadata of the cloud', { $ref: 'http://169.254.169.254/' }],
    ['with a $ref to nothing', { $ref: '#/$defs/missing' }],
    ['that refers to itself', { properties: { child: { $ref: '#' } } }],
    ['whose cost doubles with each definition', { $ref: '#/$defs/d0', $defs: doubling }],
    ['nested too deeply', { $ref: '#/$defs/d0', $defs: nested }],
    ['with $dynamicRef', { $dynamicRef: '#x' }],
    ['with look-ahead in a pattern', { properties: { a: { pattern: '^(?=a)(a+)+$' } } }],
    ['with a back reference in a pattern', { patternProperties: { '(a)\\1': true } }],
    ['with a pattern of a thousand copies', { pattern: '((a{10}){10}){10}' }],
    ['with uniqueItems on arrays of any length', { properties: { a: { uniqueItems: true } } }],
    ['of another dialect', { $schema: 'http://json-schema.org/draft-07/schema#' }],
    ['that is no schema', { type: 'strange' }],
    ['whose patterns hide where a $ref leads', { $ref: '#/x', x: { pattern: '(?!a)' } }],
  ])('refuse a schema %s', async (_, schema) => {
    const refused = await put('hostile', { schema });
    expect([refused.status, pointers(refused)]).toEqual([422, ['schema']]);
  });

  it('check a pattern that makes other engines backtrack in linear time', async () => {
    row(await put('matched', { schema: { properties: { text: { pattern: '^(a+)+$' } } } }));
    // A backtracking engine would need 2^60000 steps.
    expect((await publish('matched', { text: `${'a'.repeat(60_000)}b` })).status).toBe(422);
    expect((await publish('matched', { text: 'a'.repeat(60_000) })).status).toBe(201);
  });
});
