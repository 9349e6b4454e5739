import { describe, expect, it } from '@jest/globals';
import type { Absence, OfficeHours } from '@wardbell/contract';
import { closedTimes, openTimes } from './open-times';

const CLOSED = { monday: [], tuesday: [], wednesday: [], thursday: [], friday: [], saturday: [], sunday: [] };
const hours = (week: Partial<OfficeHours['week']>, own: Partial<OfficeHours['week']> = {}): OfficeHours => ({
  week: { ...CLOSED, ...week },
  practitioners:
    Object.keys(own).length > 0 ? [{ practitioner_id: 'anna', week: { ...CLOSED, ...own } }] : [],
  time_zone: 'Europe/Berlin',
  version: 1,
});
const utc = (spans: readonly { startMs: number; endMs: number }[] | null) =>
  spans?.map(({ startMs, endMs }) => [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(5, 16)));

describe('The office hours of a day', () => {
  const setup = hours(
    {
      monday: [
        { from: '08:00', to: '12:00' },
        { from: '13:00', to: '17:00' },
      ],
      sunday: [{ from: '01:00', to: '24:00' }],
    },
    { monday: [{ from: '18:00', to: '20:00' }] },
  );

  it('are those of the clinic, or of a practitioner with hours of their own', () => {
    expect(utc(openTimes({ hours: setup }, '2030-01-14', 'Europe/Berlin', null))).toEqual([
      ['01-14T07:00', '01-14T11:00'],
      ['01-14T12:00', '01-14T16:00'],
    ]);
    expect(utc(openTimes({ hours: setup }, '2030-01-14', 'Europe/Berlin', 'anna'))).toEqual([
      ['01-14T17:00', '01-14T19:00'],
    ]);
    expect(openTimes({ hours: hours({}) }, '2030-01-14', 'Europe/Berlin', null)).toBeNull();
    expect(openTimes({ hours: setup }, '2030-01-15', 'Europe/Berlin', null)).toEqual([]);
  });

  it('are right on a day whose clock is put forward', () => {
    expect(utc(openTimes({ hours: setup }, '2030-03-31', 'Europe/Berlin', null))).toEqual([
      ['03-31T00:00', '03-31T22:00'],
    ]);
  });

  it('leave the time that is shaded, with absences of the practitioner and of the clinic', () => {
    const absence = (practitioner_id: string | null, from: string, to: string) =>
      ({ practitioner_id, from, to, label: 'Away' }) as Absence;
    const absences = [
      absence('anna', '2030-01-14T18:00:00Z', '2030-01-16T00:00:00Z'),
      absence('tom', '2030-01-14T00:00:00Z', '2030-01-15T00:00:00Z'),
    ];
    const closed = closedTimes({ hours: setup, absences }, '2030-01-14', 'Europe/Berlin', 'anna');
    expect(utc(closed)).toEqual([
      ['01-13T23:00', '01-14T17:00'],
      ['01-14T19:00', '01-14T23:00'],
      ['01-14T18:00', '01-14T23:00'],
    ]);
    expect(closed.map((time) => time.absence !== null)).toEqual([false, false, true]);
  });
});
