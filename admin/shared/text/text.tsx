'use client';

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import en from './messages/en.json';

/** The texts that several features use, and those of the frame; English is what the other languages are typed by. */
export type Text = typeof en;

/** Languages of the console. English comes with the page, the others when they are wanted. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const LOADERS: Record<Language, () => Promise<Text>> = {
  en: async () => en,
  de: async () => (await import('./messages/de.json')).default,
};

const STORAGE_KEY = 'wardbell.language';
export const isLanguage = (value: string | null | undefined): value is Language =>
  value !== null && value !== undefined && Object.hasOwn(LANGUAGES, value);

const preferredLanguage = (): Language => {
  const chosen = localStorage.getItem(STORAGE_KEY);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.split('-')[0]).find(isLanguage) ?? 'en';
};

/** The reader's own regional form of the language: it decides how dates and numbers are written. */
const localeOf = (language: Language): string =>
  navigator.languages.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;

interface Words {
  readonly text: Text;
  readonly language: Language;
  /** BCP 47 tag for `Intl`. */
  readonly locale: string;
  readonly setLanguage: (language: Language) => void;
}

const WordsContext = createContext<Words | null>(null);

/** Loads the reader's language and shows `fallback`, which must hold no words, until it is there. */
export const TextProvider = ({ children, fallback }: { children: ReactNode; fallback: ReactNode }) => {
  const [language, setLanguage] = useState<Language | null>(null);
  const [loaded, setLoaded] = useState<{ language: Language; text: Text } | null>(null);

  useEffect(() => setLanguage(preferredLanguage()), []);

  useEffect(() => {
    if (language === null) return;
    let wanted = true;
    const show = (shown: Language, text: Text) => {
      if (!wanted) return;
      document.documentElement.lang = shown;
      setLoaded({ language: shown, text });
    };
    LOADERS[language]().then(
      (text) => show(language, text),
      // The file of a language may be gone after an update of the server; English is always here.
      () => show('en', en),
    );
    return () => {
      wanted = false;
    };
  }, [language]);

  const words = useMemo<Words | null>(
    () =>
      loaded && {
        ...loaded,
        locale: localeOf(loaded.language),
        setLanguage: (next) => {
          localStorage.setItem(STORAGE_KEY, next);
          setLanguage(next);
        },
      },
    [loaded],
  );

  return words ? <WordsContext value={words}>{children}</WordsContext> : fallback;
};

export const useWords = (): Words => {
  const words = useContext(WordsContext);
  if (words === null) throw new Error('useWords needs a TextProvider above it');
  return words;
};

/** Every word of the console in the reader's language. */
export const useText = (): Text => useWords().text;

/**
 * The words of one room, in the reader's language. They come with the room, not with the page that is loaded
 * first; the type makes every language complete.
 */
export const useRoomText = <Words,>(words: Readonly<Record<Language, Words>>): Words =>
  words[useWords().language];
