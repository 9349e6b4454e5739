import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { NumberedEvent } from '../events.js';
import { createStream } from '../stream.js';
import type { Change, Changes } from './changes.js';
import { Join } from './join.js';
import type { LivePage } from './page.js';

interface Row {
  readonly id: string;
  readonly version: number;
  readonly name: string;
}

const EPOCH = 'a history';
const PAGE = 3;

const byName = (a: Row, b: Row) =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;

/** What a server does, as far as lists and their events go: rows, a log, pages by keyset. */
const createModel = () => {
  const rows = new Map<string, Row>();
  const log: { readonly event: NumberedEvent; readonly change: Change<Row> }[] = [];
  let created = 0;
  const write = (change: Change<Row>) => {
    const seq = log.length + 1;
    log.push({ change, event: { type: 'written', seq, tenant_id: 't', data: { index: seq - 1 } } });
  };
  const pick = (choice: number) => [...rows.values()][choice % Math.max(1, rows.size)];
  return {
    log,
    sorted: () => [...rows.values()].sort(byName),
    create: (name: string) => {
      created += 1;
      const row = { id: `row ${created}`, version: 1, name };
      rows.set(row.id, row);
      write({ op: 'put', row });
    },
    rename: (choice: number, name: string) => {
      const old = pick(choice);
      if (!old) return;
      const row = { ...old, name, version: old.version + 1 };
      rows.set(row.id, row);
      write({ op: 'put', row });
    },
    remove: (choice: number) => {
      const old = pick(choice);
      if (!old) return;
      rows.delete(old.id);
      write({ op: 'delete', id: old.id });
    },
    page: (after: Row | null): LivePage<Row> & { readonly cursor: Row | null } => {
      const later = [...rows.values()].sort(byName).filter((row) => after === null || byName(row, after) > 0);
      const data = later.slice(0, PAGE);
      const cursor = later.length > PAGE ? (data.at(-1) ?? null) : null;
      return { data, next: cursor?.id ?? null, seq: log.length, epoch: EPOCH, cursor };
    },
  };
};

const name = fc.constantFrom(...'abcdefghij');
const choice = fc.nat(50);
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('create' as const), name }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('rename' as const), choice, name }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), choice }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('deliver' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('ask' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('answer' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('paint' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('hide' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('show' as const) }) },
  ),
  { maxLength: 120, size: 'max' },
);

/** A list that is loaded page by page while events arrive late and it is hidden and shown again. */
const createList = (recentEvents: number, { initial = 12, loadsAll = false } = {}) => {
  const model = createModel();
  for (let index = 0; index < initial; index += 1) model.create('abcdefghij'[index % 10] ?? '');
  const stream = createStream(
    {
      event: () => undefined,
      fault: (kind) => fail(kind),
      guard: (run) => run(),
      confirmed: () => undefined,
      repair: (text) => fail(text),
    },
    recentEvents,
  );
  const fail = (kind: string) => {
    throw new Error(`fault: ${kind}`);
  };
  stream.connected(EPOCH, 0, false);
  let delivered = 0;
  const deliver = () => {
    const next = model.log[delivered];
    if (!next) return false;
    delivered += 1;
    stream.accept(next.event);
    return true;
  };
  while (deliver());
  let pages: readonly (LivePage<Row> & { readonly cursor: Row | null })[] = [];
  let answer: (typeof pages)[number][] | null = null;
  const changes: Changes<Row> = (event) =>
    'index' in event.data ? model.log[Number(event.data.index)]?.change : undefined;

  const commit = (fresh: typeof pages) => {
    pages = fresh;
    join.attach();
  };
  const join = new Join<Row, (typeof pages)[number]>(
    stream,
    loadsAll ? { changes } : { changes, compare: byName },
    {
      loadsAll,
      read: () => pages,
      write: (next) => {
        pages = next;
      },
      reload: async () => {
        answer = null;
        commit([model.page(null)]);
      },
    },
    () => undefined,
  );

  /** As TanStack does: the next page is put behind the pages as they were when it was asked for. */
  const ask = () => {
    const last = pages.at(-1);
    if (last && last.cursor === null) return;
    answer = [...pages, model.page(last?.cursor ?? null)];
  };
  const take = () => {
    if (!answer) return;
    const fresh = answer;
    answer = null;
    commit(fresh);
  };
  return {
    model,
    join,
    deliver,
    ask,
    answer: take,
    get pages() {
      return pages;
    },
    rows: () => pages.flatMap(({ data }) => data),
  };
};

const run = (
  list: ReturnType<typeof createList>,
  script: readonly { readonly kind: string; name?: string; choice?: number }[],
) => {
  for (const { kind, name: given = '', choice: chosen = 0 } of script) {
    if (kind === 'create') list.model.create(given);
    else if (kind === 'rename') list.model.rename(chosen, given);
    else if (kind === 'remove') list.model.remove(chosen);
    else if (kind === 'deliver') list.deliver();
    else if (kind === 'ask') list.ask();
    else if (kind === 'answer') list.answer();
    else if (kind === 'paint') jest.advanceTimersByTime(200);
    else if (kind === 'hide') list.join.detach();
    else list.join.attach();
  }
};

describe('join', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const settle = async (list: ReturnType<typeof createList>) => {
    while (list.deliver());
    list.join.attach();
    await jest.advanceTimersByTimeAsync(60_000);
  };

  it.each([
    ['every event is still known', 1_000, false],
    ['old events are forgotten', 8, false],
    ['it has no order but all of its pages', 1_000, true],
  ] as const)(
    'shows the whole list as the database has it once all events are there, if %s',
    async (_, recentEvents, loadsAll) => {
      await fc.assert(
        fc.asyncProperty(steps, async (script) => {
          const list = createList(recentEvents, { loadsAll });
          list.ask();
          list.answer();
          run(list, script);
          await settle(list);
          // Down to the last page.
          for (let page = 0; page < 60 && list.pages.at(-1)?.cursor; page += 1) {
            list.ask();
            list.answer();
          }
          await settle(list);
          const rows = loadsAll ? list.rows().sort(byName) : list.rows();
          expect(rows).toEqual(list.model.sorted());
          list.join.detach();
        }),
        { numRuns: 1_000 },
      );
    },
  );

  it('shows the loaded part as the database has it up to the cursor, while more pages follow', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const list = createList(1_000);
        list.ask();
        list.answer();
        run(list, script);
        await settle(list);
        const cursor = list.pages.at(-1)?.cursor ?? null;
        expect(list.rows()).toEqual(
          list.model.sorted().filter((row) => cursor === null || byName(row, cursor) <= 0),
        );
        list.join.detach();
      }),
      { numRuns: 1_000 },
    );
  });

  it('draws what comes after a pause without waiting for a frame, and then once a frame, however many events arrive', () => {
    const list = createList(1_000, { initial: 0 });
    list.ask();
    list.answer();
    const deliver = (count: number) => {
      for (let index = 0; index < count; index += 1) list.model.create('a');
      while (list.deliver());
      const before = list.pages;
      jest.runAllTicks();
      return list.pages !== before;
    };
    for (let burst = 0; burst < 2; burst += 1) {
      const rows = list.rows().length;
      expect(deliver(2)).toBe(true);
      expect(list.rows()).toHaveLength(rows + 2);
      expect(deliver(500)).toBe(false);
      jest.advanceTimersToNextTimer();
      expect(list.rows()).toHaveLength(rows + 502);
      expect(deliver(3)).toBe(false);
      jest.advanceTimersToNextTimer();
      expect(list.rows()).toHaveLength(rows + 505);
      jest.advanceTimersToNextTimer();
    }
    list.join.detach();
  });

  it('leaves no timer behind when the list is no longer shown', () => {
    const list = createList(1_000);
    list.ask();
    list.answer();
    list.model.create('a');
    list.deliver();
    list.join.detach();
    jest.runAllTicks();
    expect(jest.getTimerCount()).toBe(0);
    list.join.attach();
    list.model.create('b');
    list.deliver();
    jest.runAllTicks();
    expect(jest.getTimerCount()).toBe(1);
    list.join.detach();
    expect(jest.getTimerCount()).toBe(0);
  });
});
