import type { EventsText } from './en';

const zahl = (n: number, eins: string, viele: string): string => (n === 1 ? eins : viele);

export const de: EventsText = {
  title: 'Ereignisse',
  type: 'Art des Ereignisses',
  typePlaceholder: 'Alle Arten',
  typeInvalid: 'Eine Art ist ein Buchstabe, danach Buchstaben, Ziffern und _ . : -',
  showAll: 'Alle Arten zeigen',
  columns: { seq: 'Nr.', at: 'Wann', type: 'Art', what: 'Was', who: 'Von' },
  you: 'Ihnen',
  byNobody: 'nicht bekannt',
  news: (n, formatted) => `${formatted} ${zahl(n, 'neues Ereignis', 'neue Ereignisse')}`,
  following: 'Läuft mit: Neues erscheint oben.',
  paused: 'Zurückgeblättert: Was Sie lesen, bleibt, wo es ist.',
  loadedAll: (formatted) => `${formatted} Ereignisse: alles, was aufbewahrt ist`,
  loadedSome: (formatted) => `${formatted} Ereignisse geladen, ältere beim Blättern`,
  loadingMore: 'Ältere Ereignisse werden geladen',
  loadMoreFailed: 'Ältere Ereignisse konnten nicht geladen werden.',
  justAdded: 'gerade geschehen',
  empty: {
    title: 'Noch ist nichts geschehen',
    hint: 'Jede Änderung an Patienten und Terminen, jede Mitteilung und jedes Ereignis Ihrer eigenen Systeme steht hier, lückenlos nummeriert.',
  },
  nothingFound: {
    title: 'Von dieser Art ist kein Ereignis aufbewahrt',
    hint: 'Ereignisse werden nur einige Tage aufbewahrt. Geschieht das nächste, erscheint es hier.',
  },
  panel: {
    label: 'Ereignis',
    title: (type, seq) => `${type} Nr. ${seq}`,
    at: 'Geschrieben',
    who: 'Von',
    id: 'Kennung',
    payload: 'Daten',
    copy: 'Kopieren',
    copied: 'Kopiert',
    notCopied: 'Markieren und kopieren Sie die Daten von Hand: Dieser Browser erlaubt es hier nicht.',
    gone: {
      title: 'Dieses Ereignis wird nicht mehr aufbewahrt',
      hint: 'Es ist älter, als das Protokoll zurückreicht, oder der Link ist falsch.',
    },
  },
  delivery: {
    title: 'Wer hat es bekommen',
    loading: 'Alle Instanzen werden gefragt',
    failed: 'Die Verbindungen konnten nicht gelesen werden.',
    none: 'Aus der Praxis ist gerade niemand verbunden.',
    given: (n) => `An ${n} offene ${zahl(n, 'Verbindung', 'Verbindungen')} gegeben`,
    waiting: (n) => `An ${n} ${zahl(n, 'Verbindung', 'Verbindungen')} noch nicht`,
    later: (n) => `${n} ${zahl(n, 'wurde', 'wurden')} erst danach geöffnet`,
    deaf: (n) => `${n} ${zahl(n, 'hört', 'hören')} nicht auf so etwas`,
    laterHint: 'Sie haben es mit einer Liste oder beim Nachholen bekommen, wenn sie danach gefragt haben.',
    since: (time) => `seit ${time}`,
    note: 'Von geschlossenen Verbindungen ist nichts mehr bekannt. Nummern werden einige Sekunden verzögert gesehen.',
    audience:
      'Ein Ereignis für ausgewählte Personen oder Rollen geht nur an diese; das ist hier nicht zu sehen.',
  },
};
