import type { LockText } from './en';

const zahl = (n: number, eins: string, viele: string): string => (n === 1 ? eins : viele);

export const de: LockText = {
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
};
