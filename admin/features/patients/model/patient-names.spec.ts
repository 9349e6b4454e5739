import { jest } from '@jest/globals';
import type { Patient } from '@wardbell/contract';
import { PatientNames } from './patient-names';

const patient = (id: string, version = 1): Patient => ({
  id,
  version,
  tenant_id: 't',
  mrn: id,
  first_name: `First ${version}`,
  last_name: id,
  birth_date: null,
  gender: 'unknown',
  phone: null,
  email: null,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
});

/** Requests that the test answers. */
const openRequests = () => {
  const requests: {
    ids: readonly string[];
    answer: (patients: readonly Patient[]) => void;
    fail: () => void;
  }[] = [];
  const names = new PatientNames(
    (ids) =>
      new Promise((resolve, reject) => {
        requests.push({ ids, answer: resolve, fail: () => reject(new Error('away')) });
      }),
  );
  const stop = names.subscribe(() => undefined);
  const last = () => {
    const request = requests.at(-1);
    if (!request) throw new Error('nothing was asked for');
    return request;
  };
  return { names, requests, last, stop };
};
/** Lets everything happen that waits for an answer. */
const answered = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

describe('names of patients', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('are asked for once, a hundred at a time', async () => {
    const { names, requests, last } = openRequests();
    const ids = Array.from({ length: 150 }, (_, index) => `p${index}`);
    names.want(ids);
    names.want(ids);
    last().answer(ids.slice(0, 100).map((id) => patient(id)));
    await answered();
    last().answer(ids.slice(100).map((id) => patient(id)));
    await answered();
    expect(requests.map((request) => request.ids.length)).toEqual([100, 50]);
    expect(names.snapshot().size).toBe(150);
  });

  it('keep what the stream said while the answer was on its way', async () => {
    const { names, last } = openRequests();
    names.want(['a']);
    names.hear(patient('a', 2));
    names.hear(patient('stranger'));
    last().answer([patient('a', 1)]);
    await answered();
    expect([...names.snapshot().values()].map(({ version }) => version)).toEqual([2]);
  });

  it('are asked for again when that failed, and when the stream has lost its place', async () => {
    const { names, requests, last } = openRequests();
    names.want(['a']);
    last().fail();
    await answered();
    expect(requests).toHaveLength(1);
    jest.advanceTimersByTime(10_000);
    last().answer([patient('a', 1)]);
    await answered();
    names.reload();
    last().answer([patient('a', 3)]);
    await answered();
    expect(names.snapshot().get('a')?.version).toBe(3);
  });

  it('leave nothing behind when nobody looks any more', async () => {
    const { names, last, stop } = openRequests();
    names.want(['a']);
    last().fail();
    await answered();
    stop();
    expect(jest.getTimerCount()).toBe(0);
  });
});
