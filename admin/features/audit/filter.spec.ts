import { dayAfter, readFilter } from './filter';

const ID = '0d8f3a52-6a5f-4d86-9a0e-0a6f1f6f5c11';

describe('readFilter', () => {
  it('takes ids and dates from an address and ignores what is none', () => {
    const read = (query: string) => {
      const params = new URLSearchParams(query);
      return readFilter((name) => params.get(name));
    };
    expect(
      read(`patient=${ID}&person=sso%7C42&action=patient.update&from=2026-03-01&to=2026-02-30x`),
    ).toEqual({
      tenantId: null,
      patientId: ID,
      actorId: 'sso|42',
      action: 'patient.update',
      kind: 'changes',
      from: '2026-03-01',
      to: null,
    });
    expect(read('kind=accesses').kind).toBe('accesses');
    expect(read('patient=Doe&tenant=1&from=yesterday&kind=x')).toMatchObject({
      kind: 'changes',
      patientId: null,
      tenantId: null,
      from: null,
    });
  });
});

describe('dayAfter', () => {
  it.each([
    ['2026-02-28', '2026-03-01'],
    ['2028-02-28', '2028-02-29'],
    ['2026-12-31', '2027-01-01'],
    ['2026-03-29', '2026-03-30'],
  ])('of %s is %s', (date, next) => {
    expect(dayAfter(date)).toBe(next);
  });
});
