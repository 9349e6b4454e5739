import type { AuditText } from './en';

const zahl = (n: number, eins: string, viele: string): string => (n === 1 ? eins : viele);

export const de: AuditText = {
  title: 'Protokoll',
  scope: 'Wessen Protokoll',
  installation: 'Die Installation selbst',
  filter: {
    person: 'Person',
    anyone: 'Alle',
    patient: 'Patient',
    anyPatient: 'Alle Patienten',
    patientId: 'Kennung des Patienten',
    patientIdInvalid: 'Eine Kennung hat 36 Zeichen, wie in einem Link',
    action: 'Handlung',
    anyAction: 'Alle Handlungen',
    from: 'Ab Tag',
    to: 'Bis Tag',
    nobodyFound: 'Niemand heißt so',
    clear: 'Alles zeigen',
  },
  columns: { at: 'Wann', who: 'Wer', what: 'Was', on: 'Woran', changed: 'Felder', where: 'Von wo' },
  nobody: 'niemand angemeldet',
  actions: {
    'auth.login': 'Angemeldet',
    'auth.login_failed': 'Anmeldung gescheitert',
    'patient.create': 'Patient aufgenommen',
    'patient.update': 'Patient geändert',
    'patient.delete': 'Patient gelöscht',
    'appointment.create': 'Termin angelegt',
    'appointment.update': 'Termin geändert',
    'appointment.delete': 'Termin gelöscht',
    'user.create': 'Benutzer angelegt',
    'user.update': 'Benutzer geändert',
    'user.delete': 'Benutzer gelöscht',
    'tenant.create': 'Praxis angelegt',
    'tenant.update': 'Praxis geändert',
    'tenant.delete': 'Praxis gelöscht',
    'tenant.limits': 'Grenzen geändert',
    'connection.close': 'Verbindung geschlossen',
    'notification.create': 'Mitteilung gesendet',
    'demo.seed': 'Demodaten eingefüllt',
  },
  objects: {
    patient: 'Patient',
    appointment: 'Termin',
    user: 'Benutzer',
    tenant: 'Praxis',
    session: 'Sitzung',
    connection: 'Verbindung',
  },
  loaded: (n, formatted, complete) =>
    `${formatted} ${zahl(n, 'Eintrag', 'Einträge')}${complete ? '' : ' geladen, ältere beim Blättern'}`,
  loadingMore: 'Ältere Einträge werden geladen',
  loadMoreFailed: 'Ältere Einträge konnten nicht geladen werden.',
  asOf: (time) => `Stand ${time}`,
  empty: {
    title: 'Noch ist nichts aufgezeichnet',
    hint: 'Jede Anmeldung und jede Änderung wird hier festgehalten: wer, was, wann und von wo; nie, was darin stand.',
  },
  nothingFound: {
    title: 'Kein Eintrag passt',
    hint: 'Nehmen Sie einen Filter weg, oder wählen Sie mehr Tage.',
  },
  panel: {
    label: 'Protokolleintrag',
    title: (seq) => `Eintrag Nr. ${seq}`,
    role: 'Rolle',
    code: 'Code',
    id: 'Kennung',
    patient: 'Patient',
    byPerson: 'Alles von dieser Person',
    aboutPatient: 'Alles zu diesem Patienten',
    openPatient: 'Patient öffnen',
    noFields: 'keine genannt',
    note: 'Das Protokoll nennt die Felder, nie ihren Inhalt.',
    notLoaded: {
      title: 'Dieser Eintrag steht nicht in der Liste',
      hint: 'Nehmen Sie die Filter weg, oder blättern Sie, bis er geladen ist.',
    },
  },
  verify: {
    action: 'Prüfen',
    running: 'Die Kette wird vom ersten Eintrag an nachgerechnet',
    ok: {
      title: 'Das Protokoll ist unversehrt',
      hint: (n) =>
        `Alle ${n} Einträge passen zueinander: Keiner wurde geändert oder entfernt, seit er geschrieben wurde.`,
    },
    bad: {
      title: 'Das Protokoll wurde verändert',
      hint: (seq) =>
        `Eintrag Nr. ${seq} passt nicht zu den vorigen: Er oder einer kurz davor wurde nachträglich geändert oder entfernt. Sichern Sie die Datenbank, wie sie ist, und klären Sie, wer Zugriff darauf hatte.`,
    },
    failed: 'Das Protokoll konnte nicht geprüft werden',
  },
};
