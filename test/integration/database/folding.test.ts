import { describe, expect, it } from '@jest/globals';
import { fold, patientSearchText, patientSortName } from '@wardbell/contract';
import { database, useDatabase } from '../../support/fixture.js';

/** What the database stores of a name is what the console compares with. */

useDatabase();

const NAMES = [
  ['Müller', 'Jürgen', 'P-1', '+49 (0)30 123'],
  ['MUELLER', 'Samuel', 'p_2%', '(833) 707-5693'],
  ['Ångström', 'Zoë', 'ÄB/3', null],
  ['A\u030angstro\u0308m', 'Søren', '4', ''],
  ['O’Brien-Smith', 'Anne Marie', '000 5', 'none'],
  ['van', 'Łukasz', '6', '030/1234567'],
  ['Weiß', 'Æther Ðóra Þór', '7', '٠٣٠'],
  ['Αλέξανδρος', 'Ёлкин', '8', '+1'],
  ['字', 'か\u3099', '9', '1,2;3'],
  ['Nguyễn', 'Đức', 'X´Y`Z', null],
] as const;

describe('Folding', () => {
  it('is the same in the database and in the contract for every character, alone and beside others', async () => {
    const [server] = await database.query<{ version: number }>(
      `SELECT current_setting('server_version_num')::int AS version`,
    );
    // PostgreSQL before 17 cannot tell which characters it does not know yet: those are beyond this one
    const knows = (server?.version ?? 0) >= 170_000;
    const letters: string[] = [];
    for (let code = 1; code < (knows ? 0x30000 : 0xa7f0); code++) {
      if (code < 0xd800 || code > 0xdfff) letters.push(`a${String.fromCodePoint(code)}B`);
    }
    const rows = await database.query<{ letter: string; folded: string }>(
      `SELECT letter, wardbell.fold(letter) AS folded FROM unnest($1::text[]) AS letter
       ${knows ? 'WHERE unicode_assigned(letter)' : ''}`,
      [letters],
    );
    const wrong = rows.filter(({ letter, folded }) => fold(letter) !== folded);
    expect(wrong).toEqual([]);
    expect(rows.length).toBeGreaterThan(40_000);
  });

  it('changes nothing that is folded', async () => {
    const rows = await database.query<{ once: string; twice: string }>(
      `SELECT wardbell.fold(n) AS once, wardbell.fold(wardbell.fold(n)) AS twice FROM unnest($1::text[]) AS n`,
      [NAMES.flat().filter((text) => text !== null)],
    );
    for (const { once, twice } of rows) expect(twice).toBe(once);
  });

  it('gives a patient the same place and the same searched words in both', async () => {
    for (const [last_name, first_name, mrn, phone] of NAMES) {
      const [row] = await database.query<{ sort_name: string; search_text: string }>(
        `SELECT wardbell.patient_sort_name($1, $2) AS sort_name, wardbell.patient_search_text($1, $2, $3, $4) AS search_text`,
        [last_name, first_name, mrn, phone],
      );
      expect(row?.sort_name).toBe(patientSortName({ last_name, first_name }));
      const words = (text: string) => new Set(text.split(' '));
      expect(words(row?.search_text ?? '')).toEqual(
        words(patientSearchText({ last_name, first_name, mrn, phone })),
      );
    }
  });

  it('is of no collation, so that no new release of one makes an index wrong', async () => {
    const rows = await database.query(
      `SELECT a.attname FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
       WHERE a.attrelid = 'wardbell.patient'::regclass AND a.attname IN ('sort_name', 'search_text') AND c.collname <> 'C'`,
    );
    expect(rows).toEqual([]);
  });
});
