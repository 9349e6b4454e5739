import type { Faker } from '@faker-js/faker';
import type { Gender } from '@wardbell/contract';

/** A patient to be inserted. */
export interface DemoPatient {
  readonly id: string;
  readonly mrn: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly birth_date: string;
  readonly gender: Gender;
  readonly phone: string | null;
  readonly email: string | null;
  readonly notes: string | null;
}

/** A fixed date, so that the same seed always gives the same ages. */
const REFERENCE = '2026-01-01';
const NOTES = [
  'Penicillin allergy.',
  'Anticoagulated; check INR before procedures.',
  'Prefers morning appointments.',
  'Hard of hearing, speak to the left side.',
  'Type 2 diabetes, last HbA1c 7.1 %.',
  'Interpreter needed.',
  'Asthma since childhood; carries salbutamol.',
];

/** Generates fictitious patients. Their addresses end in example.com, which is reserved (RFC 2606). */
export function demoPatients(faker: Faker, count: number): DemoPatient[] {
  return Array.from({ length: count }, (_, index) => {
    const sex = faker.helpers.arrayElement(['female', 'male'] as const);
    const first = faker.person.firstName(sex);
    const last = faker.person.lastName(sex);
    return {
      id: faker.string.uuid(),
      mrn: `M${String(10_001 + index * 7)}`,
      first_name: first,
      last_name: last,
      birth_date: faker.date
        .birthdate({ min: 1, max: 96, mode: 'age', refDate: REFERENCE })
        .toISOString()
        .slice(0, 10),
      gender: faker.helpers.weightedArrayElement<Gender>([
        { value: sex, weight: 96 },
        { value: 'other', weight: 2 },
        { value: 'unknown', weight: 2 },
      ]),
      phone:
        faker.helpers.maybe(() => faker.phone.number({ style: 'national' }), { probability: 0.92 }) ?? null,
      email:
        faker.helpers.maybe(
          () => faker.internet.exampleEmail({ firstName: first, lastName: last }).toLowerCase(),
          { probability: 0.7 },
        ) ?? null,
      notes: faker.helpers.maybe(() => faker.helpers.arrayElement(NOTES), { probability: 0.3 }) ?? null,
    };
  });
}
