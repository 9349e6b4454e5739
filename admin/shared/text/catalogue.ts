import { isLanguage, type Language } from './languages';

/**
 * The words of one part of the console. English comes with the code of the part; another language is a file of its
 * own, which is loaded when that language is chosen. The type makes every language complete.
 */
export class Catalogue<Words> {
  readonly #loaded: Partial<Record<Language, Words>> = {};
  readonly #awaited: Partial<Record<Language, Promise<Words>>> = {};

  constructor(
    readonly en: Words,
    readonly loaders: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Words>>>,
  ) {
    catalogues.add(this);
  }

  /** The words, when they are there already. */
  loaded(language: Language): Words | undefined {
    return language === 'en' ? this.en : this.#loaded[language];
  }

  async load(language: Language): Promise<Words> {
    if (language === 'en') return this.en;
    this.#loaded[language] ??= await this.loaders[language]();
    return this.#loaded[language];
  }

  /** The same promise for every call. English when the file cannot be had, as after an update of the server. */
  wait(language: Language): Promise<Words> {
    this.#awaited[language] ??= this.load(language).catch(() => this.en);
    return this.#awaited[language];
  }
}

/** Of all code that is loaded so far. */
const catalogues = new Set<Catalogue<unknown>>();

/** Loads the words of all code that is loaded so far, by default in the language of the page. */
export const loadCatalogues = async (language: string = document.documentElement.lang): Promise<void> => {
  if (isLanguage(language)) await Promise.all(Array.from(catalogues, (each) => each.load(language)));
};
