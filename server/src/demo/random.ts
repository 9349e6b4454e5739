import type { Faker } from '@faker-js/faker';
import type { DemoClinic } from './clinics.js';

/** Returns a faker for the locale of a clinic. Imported on demand, because the names take megabytes. */
export async function fakerOf({ locale, seed }: Pick<DemoClinic, 'locale' | 'seed'>): Promise<Faker> {
  const { faker } = await LOCALES[locale]();
  faker.seed(seed);
  return faker;
}

const LOCALES = {
  en_US: () => import('@faker-js/faker/locale/en_US'),
  de: () => import('@faker-js/faker/locale/de'),
  fr: () => import('@faker-js/faker/locale/fr'),
} as const;
