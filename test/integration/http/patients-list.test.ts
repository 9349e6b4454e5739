import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { z } from 'zod';
import { database, useServer } from '../../support/fixture.js';
import {
  ask,
  type Clinic,
  committedEvents,
  createClinic,
  everyPage,
  registerPatient,
  succeed,
} from './harness.js';

useServer();
type Row = { id: string; version: number };

const allPages = (token: string, query: Record<string, string | number>) =>
  everyPage(api.patients.list, { token, query });

describe('The list of patients', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await createClinic();
    const names = [
      ['Zoë', 'Abel'],
      ['anna', 'abel'],
      ['Bob', 'Abel'],
      ['Ada', 'Zimmer'],
      ['100%', 'Under_score'],
      ['Back', 'Sla\\sh'],
    ];
    for (const [first_name, last_name] of names) {
      await registerPatient(clinic, {
        first_name,
        last_name,
        phone: `+1 555 ${first_name?.length}00`,
      });
    }
  });

  const search = async (text: string) =>
    (await succeed(api.patients.list, { token: clinic.clinician, query: { search: text } })).data.map(
      ({ first_name }) => first_name,
    );

  it('is in the order of names, whatever their case', async () => {
    const rows = await allPages(clinic.clinician, { limit: 2 });
    expect(rows.map(({ first_name }) => first_name)).toEqual(['anna', 'Bob', 'Zoë', 'Back', '100%', 'Ada']);
  });

  it('is searched by words that must all be in name, MRN or phone', async () => {
    expect(await search('abel')).toEqual(['anna', 'Bob', 'Zoë']);
    expect(await search('ABEL bo')).toEqual(['Bob']);
    expect(await search('  zoË ')).toEqual(['Zoë']);
    expect(await search('555 300')).toEqual(['Bob', 'Zoë', 'Ada']);
    expect(await search('p-')).toHaveLength(6);
    expect(await search('abel nobody')).toEqual([]);
    expect(await search('   ')).toHaveLength(6);
  });

  it.each([
    ['%', ['100%']],
    ['_', ['100%']],
    ['\\', ['Back']],
    ['a%l', []],
  ])('takes %s in a search as it is written', async (text, expected) => {
    expect(await search(text)).toEqual(expected);
  });

  it('has cursors that say nothing and open nothing elsewhere', async () => {
    const page = await succeed(api.patients.list, { token: clinic.clinician, query: { limit: 1 } });
    const cursor = page.next ?? '';
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/abel|anna/i);
    const other = await createClinic();
    for (const [endpoint, token] of [
      [api.patients.list, other.clinician],
      [api.appointments.list, clinic.clinician],
    ] as const) {
      expect((await ask(endpoint, { token, query: { after: cursor } })).status).toBe(422);
    }
    const changed = `${cursor.slice(0, -2)}${cursor.endsWith('AA') ? 'BB' : 'AA'}`;
    expect(
      (await ask(api.patients.list, { token: clinic.clinician, query: { after: changed } })).status,
    ).toBe(422);
  });

  it('goes on at the right place when the row that a page ended with is gone', async () => {
    const own = await createClinic();
    for (const last_name of ['A', 'B', 'C', 'D']) await registerPatient(own, { last_name });
    const first = await succeed(api.patients.list, { token: own.clinician, query: { limit: 2 } });
    await ask(api.patients.remove, { token: own.clinician, id: first.data[1]?.id });
    const second = await succeed(api.patients.list, {
      token: own.clinician,
      query: { limit: 2, after: first.next ?? '' },
    });
    expect(second.data.map(({ last_name }) => last_name)).toEqual(['C', 'D']);
  });

  it('answers the patients of some ids, in its own order, and nobody of another clinic', async () => {
    const own = await createClinic();
    const other = await createClinic();
    const [b, a] = [
      await registerPatient(own, { last_name: 'B' }),
      await registerPatient(own, { last_name: 'A' }),
    ];
    await registerPatient(own, { last_name: 'C' });
    const foreign = await registerPatient(other, { last_name: 'D' });
    const query = { ids: [b.id, foreign.id, a.id, randomUUID()].join(',') };
    const page = await succeed(api.patients.list, { token: own.clinician, query });
    expect(page.data.map(({ last_name }) => last_name)).toEqual(['A', 'B']);
    expect(page).toMatchObject({ next: null, seq: 3 });
    const first = await succeed(api.patients.list, {
      token: own.clinician,
      query: { ...query, limit: 1 },
    });
    const rest = await succeed(api.patients.list, {
      token: own.clinician,
      query: { ...query, limit: 1, after: first.next ?? '' },
    });
    expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual([a.id, b.id]);
  });

  it.each([
    ['more than 200', Array.from({ length: 201 }, () => randomUUID()).join(',')],
    ['what is no id', 'nonsense'],
    ['nothing', ','],
  ])('refuses %s as ids', async (_, ids) => {
    expect((await ask(api.patients.list, { token: clinic.clinician, query: { ids } })).status).toBe(422);
  });

  it('is narrowed by ids or by a search, not by both', async () => {
    const query = { ids: randomUUID(), search: 'abel' };
    expect((await ask(api.patients.list, { token: clinic.clinician, query })).status).toBe(422);
  });

  it('carries the position of its own snapshot, while a writer hammers it', async () => {
    const own = await createClinic();
    for (let n = 0; n < 5; n++) await registerPatient(own, { last_name: `Start ${n}` });
    let writing = true;
    const writer = (async () => {
      for (let n = 0; writing; n++) {
        const { id } = await registerPatient(own, { last_name: `Hammer ${n}` });
        await ask(api.patients.update, { token: own.clinician, id, body: { phone: `${n}` } });
        if (n % 3 === 0) await ask(api.patients.remove, { token: own.clinician, id });
      }
    })();
    const lists = [];
    for (let n = 0; n < 60; n++) {
      lists.push(await succeed(api.patients.list, { token: own.clinician, query: { limit: 200 } }));
    }
    writing = false;
    await writer;
    const events = await committedEvents(own.id);
    for (const list of lists) {
      expect(list.data.map(({ id, version }) => ({ id, version })).sort(byId)).toEqual(
        fold(events.filter(({ seq }) => seq <= list.seq)).sort(byId),
      );
    }
    expect(new Set(lists.map(({ seq }) => seq)).size).toBeGreaterThan(5);
  });

  it('answers an empty list with its position too', async () => {
    const own = await createClinic();
    const page = await succeed(api.patients.list, { token: own.clinician });
    expect(page).toMatchObject({ data: [], next: null, seq: 0 });
    const { id } = await registerPatient(own);
    await ask(api.patients.remove, { token: own.clinician, id });
    expect(await succeed(api.patients.list, { token: own.clinician })).toMatchObject({
      data: [],
      seq: 2,
    });
  });

  describe('of 100,000', () => {
    let big: Clinic;
    const COUNT = 100_000;
    /** Generous: the machine of a test run is busy. A scan of the whole table would take longer by far. */
    const MAX_MS = 500;

    beforeAll(async () => {
      big = await createClinic();
      await database.query(
        `INSERT INTO wardbell.patient (tenant_id, mrn, first_name, last_name, phone)
         SELECT $1, 'B' || n, initcap(substr(md5(n::text), 1, 6)), initcap(substr(md5((n / 3)::text), 7, 9)),
                '+49 ' || (1000000 + n)
         FROM generate_series(1, ${COUNT}) AS n`,
        [big.id],
      );
      await database.query('ANALYZE wardbell.patient');
    });

    const timed = async (query: Record<string, string | number>) => {
      const durations: number[] = [];
      let data: unknown[] = [];
      let next: string | null = null;
      // more often than PostgreSQL needs to settle on a plan that does not know the words
      for (let n = 0; n < 9; n++) {
        const startedMs = performance.now();
        ({ data, next } = await succeed(api.patients.list, { token: big.clinician, query }));
        durations.push(performance.now() - startedMs);
      }
      return { fastestMs: Math.min(...durations), data, next };
    };

    it.each([
      ['one rare word', { search: 'b99999' }, 1],
      ['a word of few', { search: '1099' }, 50],
      ['two letters', { search: 'ab' }, 50],
      ['a word that nobody has', { search: 'qqqqqq' }, 0],
      ['two words', { search: 'b5555 +49' }, 11],
      ['the whole list', { limit: 200 }, 200],
    ])('is fast for %s', async (_, query, rows) => {
      const { fastestMs, data } = await timed(query);
      expect(data).toHaveLength(rows);
      expect(fastestMs).toBeLessThan(MAX_MS);
    });

    it('is as fast in its middle as at its start', async () => {
      const [middle] = z
        .array(z.object({ last_name: z.string() }))
        .parse(
          await database.query(
            'SELECT last_name FROM wardbell.patient WHERE tenant_id = $1 ORDER BY sort_name OFFSET 50000 LIMIT 1',
            [big.id],
          ),
        );
      expect(middle).toBeDefined();
      // 250 pages of 200: the cursor of the middle is only had by going there
      let after: string | null = '';
      for (let page = 0; page < 250 && after !== null; page++) {
        const answer: { next: string | null } = await succeed(api.patients.list, {
          token: big.clinician,
          query: { limit: 200, ...(after === '' ? {} : { after }) },
        });
        after = answer.next;
      }
      const { fastestMs } = await timed({ limit: 200, after: after ?? '' });
      expect(fastestMs).toBeLessThan(MAX_MS);
    });
  });
});

const byId = (a: Row, b: Row) => (a.id < b.id ? -1 : 1);

/** The list that events make, by the rule that clients follow. */
function fold(events: readonly { type: string; data: Record<string, unknown> }[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { type, data } of events) {
    if (type === 'patient_deleted') rows.delete(String(data['patient_id']));
    else rows.set(String(data['id']), { id: String(data['id']), version: Number(data['version']) });
  }
  return [...rows.values()];
}
