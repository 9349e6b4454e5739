import { isLanguage, type Language } from './languages';

type Loaders<Words> = Readonly<Record<Exclude<Language, 'en'>, () => Promise<Words>>>;

/**
 * The words of one part of the console. English comes with the code of the part; another language is a file of its
 * own, which is loaded when that language is chosen. The type makes every language complete.
 */
export class Catalogue<Words> {
  readonly #loaders: Loaders<Words>;
  readonly #loaded = new Map<Language, Words>();
  readonly #awaited = new Map<Language, Promise<Words>>();

  constructor(
    readonly en: Words,
    loaders: Loaders<Words>,
  ) {
    this.#loaders = loaders;
    this.#loaded.set('en', en);
    catalogues.add(this);
  }

  /** The words, when they are there already. */
  loaded(language: Language): Words | undefined {
    return this.#loaded.get(language);
  }

  async load(language: Language): Promise<Words> {
    const loaded = this.#loaded.get(language);
    if (loaded !== undefined || language === 'en') return loaded ?? this.en;
    const words = await this.#loaders[language]();
    this.#loaded.set(language, words);
    return words;
  }

  /** The same promise for every call. English when the file cannot be had, as after an update of the server. */
  wait(language: Language): Promise<Words> {
    const awaited = this.#awaited.get(language) ?? this.load(language).catch(() => this.en);
    this.#awaited.set(language, awaited);
    return awaited;
  }
}

/** Of all code that is loaded so far. */
const catalogues = new Set<Catalogue<unknown>>();

/** The words of all code that is loaded so far, by default in the language of the page. */
export const loadCatalogues = async (language: string = document.documentElement.lang): Promise<void> => {
  if (!isLanguage(language)) return;
  await Promise.all(Array.from(catalogues, (catalogue) => catalogue.load(language)));
};
