import type { LimitsText } from './en';

const zahl = (n: number, eins: string, viele: string): string => (n === 1 ? eins : viele);

export const de: LimitsText = {
  choose: {
    title: 'Wählen Sie eine Praxis',
    hint: 'Grenzen gehören zu einer Praxis: wie viele Verbindungen sie offen haben darf und wie viele jede ihrer Personen.',
  },
  now: {
    label: 'Jetzt',
    connections: 'Offene Verbindungen',
    ofLimit: (limit) => `von ${limit}`,
    ofLimitAndCeiling: (limit, ceiling) => `von ${limit}; bis ${ceiling} einstellbar`,
    perUser: 'Meiste einer Person',
    perUserLimit: (limit) => `von ${limit} je Person`,
    perUserLimitAndCeiling: (limit, ceiling) => `von ${limit} je Person; bis ${ceiling} einstellbar`,
    perUserNone: 'keine Grenze je Person',
    messages: 'Nachrichten je Minute',
    messagesHint: 'darf eine Verbindung an den Server senden',
  },
  form: {
    title: 'Grenzen ändern',
    lead: 'Eine Änderung gilt sofort für neue Verbindungen, auf allen Servern.',
    max_connections: 'Verbindungen der Praxis',
    max_connections_per_user: 'Verbindungen jeder Person',
    max_messages_per_minute: 'Nachrichten je Minute von jeder Verbindung',
    ceiling: (formatted) => `Höchstens ${formatted}: die Obergrenze Ihres Betreibers.`,
    ceilingForSuper: (formatted) => `Obergrenze dieser Praxis: ${formatted}.`,
    noCeiling: 'Keine Obergrenze.',
    empty: (formatted) => `Leer: ${formatted}, der Vorgabewert.`,
    emptyNone: 'Leer: keine Grenze.',
    emptyCeiling: 'Leer: Es gilt die Obergrenze.',
    save: 'Grenzen speichern',
    reset: 'Änderungen zurücknehmen',
    ceilings: 'Obergrenzen dieser Praxis setzen',
  },
  errors: {
    whole: 'Geben Sie eine ganze Zahl ein, oder nichts',
    atLeast: (n) => `Mindestens ${n}`,
    atMost: (n) => `Höchstens ${n}`,
    aboveCeiling: (n) => `Höchstens ${n}: Das ist die Obergrenze`,
  },
  forecast: {
    title: 'Was geschehen würde',
    unchanged: 'Ändern Sie eine Grenze, um hier zu sehen, was sie für die jetzt Verbundenen bedeutet.',
    invalid: 'Berichtigen Sie zuerst die markierten Felder.',
    none: (n, open) =>
      n === 0
        ? 'Jetzt ist niemand verbunden: Es betrifft nur die, die kommen.'
        : n === 1
          ? 'Die eine offene Verbindung liegt innerhalb dieser Grenzen. Niemand wird getrennt.'
          : `Alle ${open} offenen Verbindungen liegen innerhalb dieser Grenzen. Niemand wird getrennt.`,
    above: (n, above, open) =>
      `${above} von ${open} offenen Verbindungen, die ${zahl(n, 'neueste, liegt', 'neuesten, liegen')} über diesen Grenzen.`,
    approximate: 'Nur aus der Zahl der Verbindungen berechnet, weil es zu viele sind, um jede anzusehen.',
    choice: 'Und was wird aus ihnen?',
    keep: (n) =>
      `${zahl(n, 'Sie darf', 'Sie dürfen')} bleiben. Neue Verbindungen werden abgewiesen, bis genügend gegangen sind.`,
    close: (n, above) =>
      `${zahl(n, 'Sie wird', `Diese ${above} werden`)} jetzt geschlossen. ${zahl(n, 'Das Gerät erfährt', 'Die Geräte erfahren')}, dass die Grenze erreicht ist, und ${zahl(n, 'versucht', 'versuchen')} es wieder, wenn Platz ist.`,
  },
  confirm: {
    title: (n, above) => `${above} ${zahl(n, 'Verbindung', 'Verbindungen')} jetzt schließen?`,
    hint: 'Wer dort arbeitet, sieht „Offline“, bis wieder Platz ist. Was gespeichert war, ist nicht verloren.',
    action: 'Speichern und schließen',
  },
  outcome: {
    title: 'Die Grenzen sind gespeichert',
    none: (n, open) =>
      n === 0
        ? 'Niemand ist verbunden.'
        : n === 1
          ? 'Die eine offene Verbindung liegt innerhalb.'
          : `Alle ${open} offenen Verbindungen liegen innerhalb.`,
    refuse_new: (n, above, open) =>
      `${above} von ${open} offenen Verbindungen ${zahl(n, 'liegt', 'liegen')} darüber und ${zahl(n, 'bleibt', 'bleiben')}. Neue werden abgewiesen, bis genügend gegangen sind.`,
    close_newest: (n, above) =>
      n === 1
        ? 'Die neueste Verbindung wird geschlossen.'
        : `Die ${above} neuesten Verbindungen werden geschlossen.`,
  },
};
