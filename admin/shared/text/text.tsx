'use client';

import { createContext, type ReactNode, use, useContext, useEffect, useMemo, useState } from 'react';
import { Catalogue, loadCatalogues } from './catalogue';
import { isLanguage, type Language } from './languages';
import en from './messages/en.json';

/** The texts that several features use, and those of the frame; English is what the other languages are typed by. */
export type Text = typeof en;

const TEXT = new Catalogue(en, {
  de: async () => (await import('./messages/de.json')).default,
  fr: async () => (await import('./messages/fr.json')).default,
});

const STORAGE_KEY = 'wardbell.language';

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
  const [shown, setShown] = useState<{ language: Language; text: Text } | null>(null);

  useEffect(() => setLanguage(preferredLanguage()), []);

  useEffect(() => {
    if (language === null) return;
    let wanted = true;
    const show = (next: Language, text: Text) => {
      if (!wanted) return;
      document.documentElement.lang = next;
      setShown({ language: next, text });
    };
    Promise.all([TEXT.load(language), loadCatalogues(language)]).then(
      ([text]) => show(language, text),
      // The file of a language may be gone after an update of the server; English is always here.
      () => show('en', en),
    );
    return () => {
      wanted = false;
    };
  }, [language]);

  const words = useMemo<Words | null>(
    () =>
      shown && {
        ...shown,
        locale: localeOf(shown.language),
        setLanguage: (next) => {
          localStorage.setItem(STORAGE_KEY, next);
          setLanguage(next);
        },
      },
    [shown],
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

/** The words of one part of the console, in the reader's language. */
export const useRoomText = <Words,>(catalogue: Catalogue<Words>): Words =>
  use(catalogue.read(useWords().language));
