'use client';

import { LANGUAGE_TAGS, LANGUAGES } from '../text/languages';
import { useRoomText, useWords } from '../text/text';
import { Choice } from './choice';
import { componentsText } from './messages';

const OPTIONS = LANGUAGE_TAGS.map((value) => ({ value, label: LANGUAGES[value], lang: value }));

/** The language of the console, which this browser keeps. */
export const LanguageChoice = () => {
  const { language, setLanguage } = useWords();
  const { language: legend } = useRoomText(componentsText);
  return <Choice legend={legend} options={OPTIONS} value={language} onChange={setLanguage} />;
};
