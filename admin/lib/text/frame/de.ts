import type { FrameText } from './en';

const zahl = (n: number, eins: string, viele: string): string => (n === 1 ? eins : viele);

export const de: FrameText = {
  lock: {
    title: 'Gesperrt',
    lead: (name) => `${name}, geben Sie Ihr Passwort ein, um fortzufahren.`,
    leadOut: (name) => `${name} ist hier angemeldet. Melden Sie ab, damit sich jemand anderes anmelden kann.`,
    password: 'Passwort',
    missing: 'Geben Sie Ihr Passwort ein',
    unlock: 'Entsperren',
    signOut: 'Abmelden',
    wrong: {
      title: 'Das ist nicht das Passwort',
      hint: 'Versuchen Sie es noch einmal, oder melden Sie sich ab.',
    },
  },
  warning: {
    title: 'Sind Sie noch da?',
    hint: (seconds) =>
      `Dieser Bildschirm wird in ${seconds} ${zahl(seconds, 'Sekunde', 'Sekunden')} gesperrt, damit niemand sonst mitliest. Was Sie nicht gespeichert haben, geht dann verloren.`,
    stay: 'Ich bin da',
  },
  palette: {
    title: 'Gehen oder tun',
    placeholder: 'Raum oder was Sie tun möchten',
    nothing: 'So heißt nichts',
    groups: { rooms: 'Räume', screen: 'Bildschirm', account: 'Sie' },
    theme: {
      auto: 'Darstellung: wie das System',
      light: 'Darstellung: hell',
      dark: 'Darstellung: dunkel',
    },
    language: (name) => `Sprache: ${name}`,
    shortcuts: 'Tastenkürzel',
    lock: 'Bildschirm sperren',
    signOut: 'Abmelden',
  },
  shortcuts: {
    title: 'Tastenkürzel',
    everywhere: 'Überall',
    lists: 'In Listen',
    schedule: 'Bei den Terminen',
    palette: 'In einen Raum gehen, etwas tun',
    help: 'Diese Hilfe',
    search: 'Suchen',
    create: 'Neuer Patient, Termin, Benutzer, neue Mitteilung',
    close: 'Schließen, was offen ist',
    move: 'Auf und ab',
    page: 'Eine Seite auf und ab',
    ends: 'Zum ersten und zum letzten',
    open: 'Öffnen',
    today: 'Heute',
    walk: 'Von Termin zu Termin',
    shift: 'Den Termin verschieben',
    nextDay: 'Nächster Tag',
    previousDay: 'Vorheriger Tag',
    status: {
      arrived: 'Auf einem Termin: eingetroffen',
      checkedIn: 'Aufgenommen',
      done: 'Erledigt',
      noshow: 'Nicht erschienen',
      booked: 'Gebucht',
      cancel: 'Absagen',
    },
    or: 'oder',
  },
};
