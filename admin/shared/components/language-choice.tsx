'use client';

import { LANGUAGE_TAGS, LANGUAGES } from '../text/languages';
import { useWords } from '../text/text';
import { Choice } from './choice';

const OPTIONS = LANGUAGE_TAGS.map((value) => ({ value, label: LANGUAGES[value], lang: value }));

/** The language of the console, which this browser keeps. */
export const LanguageChoice = () => {
  const { text, language, setLanguage } = useWords();
  return <Choice legend={text.language.label} options={OPTIONS} value={language} onChange={setLanguage} />;
};
