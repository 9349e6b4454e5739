import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../platform/config/config.js';
import { KnownBrowsers } from './known-browsers.js';

const DAY_MS = 86_400_000;
const browsers = (secret: string) =>
  new KnownBrowsers(
    loadConfig({ JWT_SECRET: secret, SUPER_ADMIN_PASSWORD: 'a password of this test', LOG_LEVEL: 'silent' }),
  );

describe('A known browser', () => {
  let known: KnownBrowsers;
  beforeAll(() => {
    known = browsers('a secret of this test that is long enough');
  });
  const nurse = 'nurse@clinic.test';

  it('is known for the account that it signed in, on every instance, and for no other', () => {
    const text = known.remember(undefined, nurse);
    const id = known.find(text, nurse);
    expect(id).toMatch(/^[\w-]{16}$/);
    expect(browsers('a secret of this test that is long enough').find(text, nurse)).toBe(id);
    expect(known.find(text, 'other@clinic.test')).toBeUndefined();
    expect(text).not.toContain('nurse');
  });

  it('keeps its id, so that a sign-in does not give it a fresh count', () => {
    const text = known.remember(undefined, nurse);
    expect(known.find(known.remember(text, nurse), nurse)).toBe(known.find(text, nurse));
  });

  it('is forgotten after 90 days', () => {
    const text = known.remember(undefined, nurse, 0);
    expect(known.find(text, nurse, 90 * DAY_MS)).toBeDefined();
    expect(known.find(text, nurse, 90 * DAY_MS + 1)).toBeUndefined();
  });

  it('is not one with text that another key signed, or that was changed', () => {
    const text = known.remember(undefined, nurse);
    expect(browsers('another secret of this test, as long').find(text, nurse)).toBeUndefined();
    const [id = '', day = '', signature = ''] = text.split('.');
    expect(known.find([id, Number(day) + 1, signature].join('.'), nurse)).toBeUndefined();
    expect(known.find(['A'.repeat(16), day, signature].join('.'), nurse)).toBeUndefined();
    expect(known.find('nonsense', nurse)).toBeUndefined();
  });

  it('serves the twenty people who used it last', () => {
    const people = Array.from({ length: 21 }, (_, n) => `nurse-${n}@clinic.test`);
    const text = people.reduce<string | undefined>((soFar, email) => known.remember(soFar, email), undefined);
    expect(people.filter((email) => known.find(text, email) === undefined)).toEqual(['nurse-0@clinic.test']);
    expect(text?.length).toBeLessThan(1_024);
  });
});
