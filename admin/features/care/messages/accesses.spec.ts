import { describe, expect, it } from '@jest/globals';
import { api } from '@wardbell/contract';
import { fieldsOf } from '../../../../test/support/body-fields';
import { serverSources } from '../../../../test/support/server-sources';
import de from './de.json';
import en from './en.json';
import fr from './fr.json';

/** Actions on patients and appointments, as the server writes them. */
const ACTION = /'((?:patient|appointment|access|break_glass)\.[a-z_]+)'/g;
const actions = new Set(
  serverSources().flatMap((text) => [...text.matchAll(ACTION)].map(([, action = '']) => action)),
);

/** Said with a request, and no field of the record. */
const ABOUT_THE_REQUEST = new Set(['book_anyway']);
const { patients, appointments } = api;
const fields = new Set(
  [patients, appointments]
    .flatMap(({ create, update }) => [create.body, update.body])
    .flatMap(fieldsOf)
    .filter((field) => !ABOUT_THE_REQUEST.has(field)),
);

describe('The words of who looked at a patient', () => {
  it.each([
    ['English', en],
    ['German', de],
    ['French', fr],
  ])('name every action and every field of a record in %s', (_, words) => {
    expect(actions.size).toBeGreaterThan(8);
    expect(fields.size).toBeGreaterThan(15);
    expect([...actions].filter((action) => !(action in words.actions))).toEqual([]);
    expect([...fields].filter((field) => !(field in words.fields))).toEqual([]);
  });
});
