import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';

const WORD = /\p{L}{3,}/gu;
/** Names of fields, scopes and event types, addresses, time zones: the same in every language. */
const IDENTIFIER = /\S*[\p{L}\d][_:/.@-][\p{L}\d]\S*/gu;
/** What a browser says of itself. */
const AGENT = /Mozilla\/5\.0.*/g;
/** What a message fills in. */
const ARGUMENT = /\{\w+(?:, (?:plural|select),)?|\w+ \{/g;
/** Headings of the English documentation, which the console refers to. */
const REFERENCE = /\.term$/;
const QUOTED = /«[^»]*»/g;

const wordsOf = (text: string): string[] => text.toLowerCase().match(WORD) ?? [];

const readMessages = (path: string): ReadonlyMap<string, string> => {
  const messages = new Map<string, string>();
  const collect = (node: unknown, key: string): void => {
    if (typeof node === 'string') messages.set(key, node.replace(ARGUMENT, ' '));
    else if (typeof node === 'object' && node !== null)
      for (const [name, value] of Object.entries(node)) collect(value, `${key}.${name}`);
  };
  collect(JSON.parse(readFileSync(path, 'utf8')), '');
  return messages;
};

/** Words that the English catalogues of the console use and those of `language` do not. */
const readEnglishWords = (language: string): ReadonlySet<string> => {
  const english = new Set<string>();
  const shared = new Set<string>();
  for (const path of readdirSync('admin', { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith(join('messages', 'en.json')) || path.includes('node_modules')) continue;
    const translated = readMessages(join('admin', dirname(path), `${language}.json`));
    for (const [key, message] of readMessages(join('admin', path))) {
      if (REFERENCE.test(key)) continue;
      for (const word of wordsOf(message)) english.add(word);
      for (const word of wordsOf((translated.get(key) ?? '').replace(QUOTED, ' '))) shared.add(word);
    }
  }
  return new Set([...english].filter((word) => !shared.has(word)));
};

/** Every text that a page shows or has read aloud: its text nodes and the attributes that name things. */
const textsOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const texts: string[] = [];
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      if (node instanceof Element) {
        if (node.closest('[aria-hidden="true"], [translate="no"]')) continue;
        for (const name of ['aria-label', 'placeholder', 'title', 'alt', 'aria-roledescription'])
          texts.push(node.getAttribute(name) ?? '');
      } else {
        const parent = node.parentElement;
        // Names of languages are written in themselves; fields and topics are marked as names.
        if (
          parent &&
          !parent.closest('script, style, code, pre, noscript, option, [lang]:not(html), [translate="no"]')
        )
          texts.push(node.textContent ?? '');
      }
    }
    return [document.title, ...texts].map((text) => text.trim()).filter((text) => text !== '');
  });

/** Finds English on pages in another language, whether a message was not translated or a text is no message at all. */
export class EnglishFinder {
  readonly #words: ReadonlySet<string>;

  constructor(language: string) {
    this.#words = readEnglishWords(language);
  }

  /** Texts with an English word. `data` is what the test itself has named in English. */
  async find(page: Page, data: readonly string[] = []): Promise<string[]> {
    const texts = await textsOf(page);
    return texts.filter((text) => {
      const own = data
        .reduce((rest, name) => rest.replaceAll(name, ' '), text)
        .replace(AGENT, ' ')
        .replace(IDENTIFIER, ' ');
      return wordsOf(own).some((word) => this.#words.has(word));
    });
  }
}
