import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatMessage, type MessageValues } from './message';

const admin = fileURLToPath(new URL('../..', import.meta.url));
const LANGUAGES = ['en', 'de', 'fr'];
/** What makes every branch of a plural and of a select be taken once. */
const SAMPLES = [0, 1, 2, true, false];

const folders = ['features', 'shared']
  .flatMap((part) =>
    readdirSync(join(admin, part), { recursive: true, encoding: 'utf8' }).map((path) => join(part, path)),
  )
  .filter((path) => path.endsWith(join('messages', 'en.json')))
  .map(dirname);

/** Messages of a catalogue by their path, for example `form.errors.required`. */
const readCatalogue = (folder: string, language: string): ReadonlyMap<string, string> => {
  const messages = new Map<string, string>();
  const collect = (node: unknown, path: string): void => {
    if (typeof node === 'string') messages.set(path, node);
    else if (typeof node === 'object' && node !== null)
      for (const [key, value] of Object.entries(node)) collect(value, path === '' ? key : `${path}.${key}`);
    else throw new Error(`${folder}: ${path} is no text`);
  };
  collect(JSON.parse(readFileSync(join(admin, folder, `${language}.json`), 'utf8')), '');
  return messages;
};

/** A sign without the space that does not break before it, as also of `« »`, and a straight apostrophe. */
const WRONG_IN_FRENCH = /(?<![\u00a0\u202f])(?:[;!?»]|:(?!\/\/|[\da-z]))|«(?!\u00a0)|'/;

/** A sign that code writes after a text: French has a space before it, other languages have none. */
const SIGN_IN_CODE = /\$\{[^{}`]+\}[:!?] |(?:>\{[^{}]+\}|^\s*\{[\w.[\]]+\})[:!?](?: |<)/m;

/** Names of what a message asks for, in any of its branches. */
const placeholdersOf = (message: string, language: string): string[] => {
  const names = new Set<string>();
  for (const sample of SAMPLES) {
    const get = (_: object, name: string | symbol) => {
      names.add(String(name));
      return sample;
    };
    const values: MessageValues = new Proxy({}, { get });
    formatMessage(message, values, language);
  }
  return [...names].toSorted();
};

it('finds the catalogues of the console', () => {
  expect(folders.length).toBeGreaterThan(10);
});

it('leaves the signs after texts to the catalogues', () => {
  const sources = readdirSync(admin, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /^(app|features|shared)\b.*\.tsx?$/.test(path) && !path.includes('.spec.'),
  );
  expect(sources.length).toBeGreaterThan(200);
  const wrong = sources.flatMap(
    (path) => SIGN_IN_CODE.exec(readFileSync(join(admin, path), 'utf8'))?.[0] ?? [],
  );
  expect(wrong).toEqual([]);
});

describe.each(folders)('%s', (folder) => {
  const english = readCatalogue(folder, 'en');

  it.each(LANGUAGES)('has every message, and none more, in %s', (language) => {
    const translated = readCatalogue(folder, language);
    expect([...translated.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    expect([...translated].filter(([, message]) => message === '')).toEqual([]);
  });

  it.each(LANGUAGES)('asks for the same values in %s as in English', (language) => {
    for (const [path, message] of readCatalogue(folder, language)) {
      const placeholders = placeholdersOf(message, language);
      expect({ path, placeholders }).toEqual({
        path,
        placeholders: placeholdersOf(english.get(path) ?? '', 'en'),
      });
    }
  });

  it.each(LANGUAGES)('can be formatted with any number in %s', (language) => {
    for (const message of readCatalogue(folder, language).values()) {
      for (const sample of SAMPLES) {
        const values: MessageValues = new Proxy({}, { get: () => sample });
        expect(formatMessage(message, values, language)).not.toMatch(/[{}]/);
      }
      for (const [, branches = ''] of message.matchAll(/, (?:plural|select),(.*)/g))
        expect(branches).toContain('other {');
    }
  });

  it('has the spaces and the apostrophes of French print', () => {
    for (const [path, message] of readCatalogue(folder, 'fr')) {
      // A list of characters as in « _ . : - » is no sentence, and a name that is that of English is no French.
      const sentence = message === english.get(path) ? '' : message.replaceAll('_ . :', '');
      expect({ path, wrong: WRONG_IN_FRENCH.exec(sentence)?.[0] }).toEqual({
        path,
        wrong: undefined,
      });
    }
  });
});
