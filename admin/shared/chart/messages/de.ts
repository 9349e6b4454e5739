import type { ChartText } from './en';

export const de: ChartText = {
  table: 'Als Tabelle',
  time: 'Zeit',
  empty: 'Nichts in dieser Zeit.',
  summary: (latest, highest, at) => `Jetzt ${latest}; am meisten ${highest} (${at}).`,
  everyMinute: 'Minute für Minute, das Neueste zuerst',
  highestOf: (minutes) => `Der höchste Wert je ${minutes} Minuten, das Neueste zuerst`,
};
