import { isLanguage, type Language } from './languages';

/**
 * The words of one part of the console. English comes with the code of the part; another language is a file of its
 * own, which is loaded when that language is chosen. The type makes every language complete.
 */
export class Catalogue<Words> {
  readonly #loaded: Partial<Record<Language, Words>>;
  readonly #awaited: Partial<Record<Language, Promise<Words>>> = {};

  constructor(
    readonly en: Words,
    readonly loaders: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Words>>>,
  ) {
    this.#loaded = { en };
    catalogues.add(this);
  }

  async load(language: Language): Promise<Words> {
    if (language === 'en') return this.en;
    this.#loaded[language] ??= await this.loaders[language]();
    return this.#loaded[language];
  }

  /**
   * For `use` of React: the same promise for every call, which React reads at once when the words are there. English
   * when the file cannot be had, as after an update of the server.
   */
  read(language: Language): Promise<Words> {
    const value = this.#loaded[language];
    this.#awaited[language] ??=
      value === undefined
        ? this.load(language).catch(() => this.en)
        : Object.assign(Promise.resolve(value), { status: 'fulfilled', value });
    return this.#awaited[language];
  }
}

/** Of all code that is loaded so far. */
const catalogues = new Set<Catalogue<unknown>>();

/** Loads the words of all code that is loaded so far, by default in the language of the page. */
export const loadCatalogues = async (language: string = document.documentElement.lang): Promise<void> => {
  if (isLanguage(language)) await Promise.all(Array.from(catalogues, (each) => each.load(language)));
};
