import { sampleAppointment } from '../../../../test/support/appointment.js';
import { choicesOf, hasStatus, isNamed, type Keys, keyOf, mineOf, NO_FILTER } from './filter';

const KEYS: Keys = {
  practitioner: new Map([['dr. anna berg', 'id-berg']]),
  room: new Map(),
  type: new Map(),
};
const NOW = Date.parse('2026-01-15T09:10:00.000Z');
const row = (more = {}) => sampleAppointment({ practitioner: 'Dr.  Anna Berg', room: 'Room 1', ...more });

describe('a filter of the schedule', () => {
  it('knows a record by its id and any other name by a number, whatever its case and blanks', () => {
    expect(keyOf('DR. anna  Berg', KEYS.practitioner)).toBe('id-berg');
    const token = keyOf('Dr. Otto', KEYS.practitioner);
    expect(token).toMatch(/^~[0-9a-z]+$/);
    expect(keyOf(' dr.  OTTO', KEYS.practitioner)).toBe(token);
    expect(keyOf('Dr. Ott', KEYS.practitioner)).not.toBe(token);
  });

  it('lets through what has all that was chosen', () => {
    const filter = { ...NO_FILTER, practitioner: 'id-berg', room: keyOf('room 1', KEYS.room) };
    expect(isNamed(row(), filter, KEYS)).toBe(true);
    expect(isNamed(row({ room: 'Room 2' }), filter, KEYS)).toBe(false);
    expect(isNamed(row({ practitioner: null }), filter, KEYS)).toBe(false);
    expect(isNamed(row({ practitioner: null }), NO_FILTER, KEYS)).toBe(true);
  });

  it('lets through what names the chosen record by its id, whatever its text and though no record is loaded', () => {
    const renamed = row({ practitioner: 'Dr. Anna Adler', practitioner_id: 'id-berg' });
    const filter = { ...NO_FILTER, practitioner: 'id-berg' };
    const none: Keys = { practitioner: new Map(), room: new Map(), type: new Map() };
    for (const keys of [KEYS, none]) {
      expect(isNamed(renamed, filter, keys)).toBe(true);
      expect(isNamed(row({ practitioner: 'Dr. Otto', practitioner_id: 'id-otto' }), filter, keys)).toBe(
        false,
      );
    }
  });

  it('finds the late among the booked', () => {
    const late = row({ datetime: '2026-01-15T09:00:00.000Z' });
    const coming = row({ datetime: '2026-01-15T10:00:00.000Z' });
    const found = (status: string) =>
      [late, coming].map((each) => hasStatus(each, { ...NO_FILTER, status }, NOW));
    expect(found('late')).toEqual([true, false]);
    expect(found('booked')).toEqual([true, true]);
    expect(found('arrived')).toEqual([false, false]);
  });
});

describe('my day', () => {
  const choices = choicesOf(
    { practitioner: ['Dr. Otto', 'Dr. Anna Berg'], room: [], type: [], roomOf: new Map() },
    KEYS,
    'en',
  ).practitioner;
  const mine = (name: string | null, chosen: string | null = null) =>
    mineOf({ id: 'me', name }, undefined, choices, chosen);

  it('is that of the practitioner with the name of the account, with or without a title', () => {
    expect(mine('anna berg')).toBe('id-berg');
    expect(mine('Berg')).toBe('id-berg');
    expect(mine('nna Berg')).toBeNull();
    expect(mine(null)).toBeNull();
  });

  it('is that of the practitioner whom the person has chosen, as long as there is one', () => {
    expect(mine('Anna Berg', keyOf('Dr. Otto', KEYS.practitioner))).toBe(
      keyOf('Dr. Otto', KEYS.practitioner),
    );
    expect(mine('Anna Berg', 'id-of-a-deleted-record')).toBe('id-berg');
  });
});
