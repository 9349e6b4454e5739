import type { NotificationsText } from './en';

const zahl = (n: number, eins: string, viele: string): string => (n === 1 ? eins : viele);

export const de: NotificationsText = {
  title: 'Mitteilungen',
  bell: (unseen) => (unseen === 0 ? 'Mitteilungen' : `Mitteilungen, ${unseen} neue`),
  latest: 'Neueste Mitteilungen',
  all: 'Alle Mitteilungen',
  nothing: 'Es ist nichts angekommen.',
  level: { info: 'Hinweis', warning: 'Warnung', error: 'Dringend' },
  more: (n) => `${n} weitere ${zahl(n, 'Mitteilung', 'Mitteilungen')}`,
  moreHint: 'Mehrere sind auf einmal gekommen. Der Raum hat sie alle.',
  by: (name) => `von ${name}`,
  isNew: 'neu',
  source: {
    log: 'Die letzten hundert aus dem Ereignisprotokoll Ihrer Praxis.',
    received: 'Was gekommen ist, seit diese Seite offen ist. Beim Neuladen der Seite wird es vergessen.',
    none: 'An die Systemverwaltung wird nichts geschickt, und was Praxen verschicken, sehen Sie nicht.',
  },
  empty: {
    title: 'Keine Mitteilungen',
    hint: 'Wenn die Verwaltung allen etwas mitteilt, erscheint es sofort hier und in der Ecke des Bildschirms.',
    hintAdmin: 'Teilen Sie allen in der Praxis etwas mit: Es erscheint sofort auf jedem offenen Bildschirm.',
    hintSuper:
      'Teilen Sie einer Praxis oder allen etwas mit: Es erscheint sofort auf jedem offenen Bildschirm.',
  },
  compose: {
    action: 'Neue Mitteilung',
    title: 'Neue Mitteilung',
    message: 'Text',
    messageHint: 'Alle Angemeldeten lesen mit: Lassen Sie Namen von Patienten weg.',
    level: 'Wie dringend',
    levelHints: {
      info: 'Verschwindet von selbst.',
      warning: 'Bleibt etwas länger.',
      error: 'Bleibt, bis sie geschlossen wird.',
    },
    to: 'An',
    everyone: 'Alle in der Praxis',
    allClinics: 'Alle Praxen',
    oneClinic: 'Eine Praxis',
    clinic: 'Praxis',
    clinicPlaceholder: 'Praxis wählen',
    clinicMissing: 'Wählen Sie, für welche Praxis sie ist',
    preview: 'So wird sie aussehen',
    previewEmpty: 'Ihr Text',
    review: 'Senden …',
    messageMissing: 'Schreiben Sie, was Sie sagen möchten',
    messageTooLong: 'Höchstens 2.000 Zeichen',
    messageCharacters: 'Enthält Zeichen, die nicht gespeichert werden können',
  },
  confirm: {
    titleOwn: 'An alle in der Praxis senden?',
    titleOne: (clinic) => `An ${clinic} senden?`,
    titleAll: (n) =>
      n === null ? 'An alle Praxen senden?' : `An ${n} ${zahl(n, 'Praxis', 'Praxen')} senden?`,
    hint: 'Sie erscheint dort sofort auf jedem offenen Bildschirm und lässt sich nicht zurückholen.',
    action: 'Senden',
  },
  sent: (n) => (n === 1 ? 'Gesendet.' : `An ${n} Praxen gesendet.`),
};
