import type { ListPreferences } from '@wardbell/contract';
import { LIST_NAMES } from '@wardbell/contract/list-names';
import { adopt, choose, unsavedLists } from './keep';
import { readLists } from './kept';

const stored = new Map<string, string>();
const events = new EventTarget();
Object.assign(globalThis, {
  localStorage: {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  },
  dispatchEvent: (event: Event) => events.dispatchEvent(event),
});

beforeEach(() => stored.clear());

const saved = (fields: Partial<ListPreferences>): ListPreferences => ({
  list: 'schedule',
  filters: [],
  default_filter: null,
  hidden_columns: [],
  practitioner: null,
  version: 1,
  ...fields,
});

describe('What a browser keeps of the choices for a list', () => {
  it('is what the server has, without the names of filters', () => {
    const filters = [{ name: 'Late ones', filter: { status: 'late' } }];
    adopt('anna', [saved({ filters, default_filter: 'Late ones', practitioner: '~1' })]);
    const defaultFilter = { status: 'late' };
    expect(readLists('anna').schedule).toEqual({
      hidden_columns: [],
      practitioner: '~1',
      defaultFilter,
      isKnown: true,
      unsaved: [],
    });
    expect([...stored.values()].join()).not.toContain('Late ones');
    expect(readLists('tom')).toEqual({});
  });

  it('keeps a choice that the server does not have yet, and only that, when an older answer comes', () => {
    choose('anna', 'schedule', { practitioner: '~2' });
    expect(unsavedLists('anna')).toEqual(['schedule']);
    adopt('anna', [saved({ practitioner: '~1', hidden_columns: ['room'] })]);
    expect(readLists('anna').schedule).toMatchObject({ practitioner: '~2', hidden_columns: ['room'] });
    expect(unsavedLists('anna')).toEqual(['schedule']);
    adopt('anna', [saved({ practitioner: '~2', version: 2 })]);
    expect(unsavedLists('anna')).toEqual([]);
    adopt('anna', [saved({ practitioner: '~3', version: 3 })]);
    expect(readLists('anna').schedule?.practitioner).toBe('~3');
  });

  it('is known of every list after the first answer of the server, whether or not something was chosen for it', () => {
    choose('anna', 'schedule', { practitioner: '~2' });
    expect(readLists('anna').schedule?.isKnown).toBe(false);
    adopt('anna', [saved({ list: 'users' })]);
    expect(LIST_NAMES.filter((list) => readLists('anna')[list]?.isKnown !== true)).toEqual([]);
    // what was chosen here is still to be saved
    expect(readLists('anna').schedule).toMatchObject({ practitioner: '~2', unsaved: ['practitioner'] });
    choose('anna', 'users', { hidden_columns: ['role'] });
    expect(readLists('anna').users?.isKnown).toBe(true);
  });

  it('is that of the last 20 people', () => {
    for (let n = 0; n <= 20; n++) choose(`person ${n}`, 'users', { hidden_columns: ['role'] });
    expect(readLists('person 0')).toEqual({});
    expect(readLists('person 1').users?.hidden_columns).toEqual(['role']);
  });

  it.each(['{', '7', '[["anna",{"users":{"hidden_columns":1}}]]', '[7]'])(
    'is nothing when it is %s',
    (text) => {
      stored.set('wardbell.lists', text);
      expect(readLists('anna')).toEqual({});
    },
  );
});
