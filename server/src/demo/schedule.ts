import type { Faker } from '@faker-js/faker';
import type { AppointmentStatus } from '@wardbell/contract';
import type { DemoClinic } from './clinics.js';

/** An appointment to be inserted. */
export interface DemoAppointment {
  readonly id: string;
  readonly patient_id: string;
  /** Local time of the clinic, `YYYY-MM-DDTHH:MM`; PostgreSQL converts it to an instant. */
  readonly local: string | null;
  readonly duration_minutes: number;
  readonly type: string;
  readonly status: AppointmentStatus;
  readonly practitioner: string | null;
  readonly room: string | null;
  readonly reason: string;
  readonly cancellation_reason: string | null;
}

const DAYS_BEFORE = 3;
const DAYS_AFTER = 3;
const OPENS_MINUTE = 8 * 60;
const CLOSES_MINUTE = 17 * 60;
const LUNCH = { from: 12 * 60, to: 13 * 60 } as const;
/** Share of the time slots that are booked. */
const BUSY = 0.72;
const WAITING = 6;
const CANCELLATIONS = ['Patient is unwell', 'Asked for another day', 'Practitioner absent'];

/** Date and minute of the day at an instant, in the time zone of the clinic. */
export function localClock(at: Date, timeZone: string): { readonly date: string; readonly minute: number } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((p) => p.type === type)?.value ?? '';
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

/** Generates appointments of the week around today with plausible statuses, and a waiting list. */
export function demoSchedule(
  faker: Faker,
  clinic: DemoClinic,
  patientIds: readonly string[],
  now: Date,
): DemoAppointment[] {
  const clock = localClock(now, clinic.timeZone);
  const appointments: DemoAppointment[] = [];
  for (let offset = -DAYS_BEFORE; offset <= DAYS_AFTER; offset++) {
    const date = addDays(clock.date, offset);
    for (const practitioner of clinic.practitioners) {
      let minute = OPENS_MINUTE;
      while (minute < CLOSES_MINUTE) {
        const visit = faker.helpers.arrayElement(clinic.visits);
        const atLunch = minute < LUNCH.to && minute + visit.minutes > LUNCH.from;
        if (!atLunch && faker.datatype.boolean(BUSY)) {
          const end = offset < 0 ? -1 : offset > 0 ? 1 : Math.sign(minute + visit.minutes - clock.minute);
          const status = statusOf(faker, end, offset === 0 && minute <= clock.minute);
          appointments.push({
            ...common(faker, visit, patientIds),
            local: `${date}T${toClock(minute)}`,
            status,
            practitioner: practitioner.name,
            room: practitioner.room,
            cancellation_reason: status === 'cancelled' ? faker.helpers.arrayElement(CANCELLATIONS) : null,
          });
        }
        minute = atLunch ? LUNCH.to : minute + visit.minutes;
      }
    }
  }
  return [...appointments, ...waitingList(faker, clinic, patientIds)];
}

const waitingList = (faker: Faker, clinic: DemoClinic, patientIds: readonly string[]): DemoAppointment[] =>
  Array.from({ length: WAITING }, () => ({
    ...common(faker, faker.helpers.arrayElement(clinic.visits), patientIds),
    local: null,
    status: faker.helpers.arrayElement(['waitlist', 'proposed'] as const),
    practitioner: null,
    room: null,
    cancellation_reason: null,
  }));

const common = (faker: Faker, visit: DemoClinic['visits'][number], patientIds: readonly string[]) => ({
  id: faker.string.uuid(),
  patient_id: faker.helpers.arrayElement(patientIds),
  duration_minutes: visit.minutes,
  type: visit.type,
  reason: faker.helpers.arrayElement(visit.reasons),
});

/** @param end whether the visit ends before (-1) or after (1) now */
function statusOf(faker: Faker, end: number, begun: boolean): AppointmentStatus {
  const draw = (...choices: readonly (readonly [AppointmentStatus, number])[]) =>
    faker.helpers.weightedArrayElement(choices.map(([value, weight]) => ({ value, weight })));
  if (end < 0) return draw(['fulfilled', 86], ['noshow', 6], ['cancelled', 8]);
  if (begun) return draw(['checked-in', 70], ['arrived', 25], ['noshow', 5]);
  return draw(['booked', 88], ['pending', 6], ['cancelled', 6]);
}

const toClock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

const addDays = (date: string, days: number): string => {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
};
