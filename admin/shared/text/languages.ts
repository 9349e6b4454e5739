/** Languages of the console, by the name that each has in itself. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', fr: 'Français' } as const;
export type Language = keyof typeof LANGUAGES;

export const isLanguage = (value: string | null | undefined): value is Language =>
  value !== null && value !== undefined && Object.hasOwn(LANGUAGES, value);

/** In the order in which they are offered. */
export const LANGUAGE_TAGS: readonly Language[] = ['de', 'en', 'fr'];
