import type { Text } from './en';

const zahl = (n: number, eins: string, viele: string): string => (n === 1 ? eins : viele);

export const de: Text = {
  language: { label: 'Sprache' },

  app: {
    name: 'Wardbell',
    skipToContent: 'Zum Inhalt springen',
    navigation: 'Räume',
    openNavigation: 'Navigation öffnen',
    closeNavigation: 'Navigation schließen',
    commands: 'Gehen oder tun …',
    loading: 'Wird geladen',
    close: 'Schließen',
    cancel: 'Abbrechen',
    retry: 'Erneut versuchen',
    none: '–',
    you: 'Sie',
  },

  roles: {
    super_admin: 'Systemverwaltung',
    tenant_admin: 'Praxisverwaltung',
    clinician: 'Behandelnde',
    front_desk: 'Empfang',
  },

  rooms: {
    patients: 'Patienten',
    schedule: 'Termine',
    notifications: 'Mitteilungen',
    connections: 'Verbindungen',
    limits: 'Grenzen',
    events: 'Ereignisse',
    users: 'Benutzer',
    audit: 'Protokoll',
    tenants: 'Praxen',
    system: 'System',
  },

  notFound: {
    title: 'Unter dieser Adresse gibt es nichts',
    hint: 'Der Link ist vielleicht alt, oder beim Kopieren ist etwas verloren gegangen.',
    action: 'Zur Konsole',
  },

  crash: {
    title: 'Diese Seite funktioniert gerade nicht',
    hint: 'Was Sie gespeichert haben, ist nicht verloren. Laden Sie die Seite neu; wenn es wieder passiert, sagen Sie Ihrer Verwaltung, was Sie kurz davor getan haben.',
    action: 'Neu laden',
  },

  outdated: {
    title: 'Es gibt eine neuere Fassung der Konsole',
    hint: 'Diese Seite war offen, während der Server aktualisiert wurde. Laden Sie sie neu, um fortzufahren.',
    action: 'Neu laden',
  },

  noRoom: {
    title: (role) => `Für die Rolle „${role}“ hat die Konsole noch keinen Raum`,
    hint: 'Alles, was Ihre Rolle darf, geht über die Schnittstelle (API).',
    action: 'Beschreibung der API öffnen',
  },

  user: {
    menu: (name) => `Konto von ${name}`,
    appearance: 'Darstellung',
    system: 'System',
    light: 'Hell',
    dark: 'Dunkel',
    signOut: 'Abmelden',
  },

  signIn: {
    title: 'Anmelden',
    lead: 'Sehen, was sich in der Praxis ändert – in dem Moment, in dem es geschieht.',
    email: 'E-Mail',
    password: 'Passwort',
    submit: 'Anmelden',
    emailMissing: 'Geben Sie Ihre E-Mail-Adresse ein',
    passwordMissing: 'Geben Sie Ihr Passwort ein',
    reason: {
      left: 'Sie haben sich abgemeldet.',
      left_untold:
        'Sie sind hier abgemeldet, aber der Server war nicht erreichbar, um die Sitzung zu beenden. Er erfährt es, sobald diese Seite wieder geladen wird; überlassen Sie diesen Browser bis dahin niemandem.',
      idle: 'Sie wurden abgemeldet, weil diesen Browser eine Weile niemand benutzt hat.',
      ended: 'Ihre Sitzung ist zu Ende. Melden Sie sich an, um fortzufahren.',
    },
    invalid: {
      title: 'E-Mail oder Passwort stimmt nicht',
      hint: 'Prüfen Sie beides. Ihre Praxisverwaltung kann ein neues Passwort setzen.',
    },
    tooMany: {
      title: 'Zu viele Versuche',
      hint: (wait) => `Zur Sicherheit ist die Anmeldung unterbrochen. Versuchen Sie es ${wait} wieder.`,
    },
    restoring: 'Sie werden angemeldet',
    unreachable: {
      title: 'Der Server antwortet nicht',
      hint: (seconds) =>
        seconds > 0
          ? `Prüfen Sie Ihr Netzwerk. Nächster Versuch in ${seconds} ${zahl(seconds, 'Sekunde', 'Sekunden')}.`
          : 'Prüfen Sie Ihr Netzwerk. Nächster Versuch läuft.',
    },
  },

  connection: {
    label: 'Verbindung',
    connecting: 'Verbindet',
    replaying: 'Holt auf',
    live: 'Live',
    outdated: (since) => `Nicht aktuell seit ${since}`,
    waiting: (since) => `Offline seit ${since}`,
    neverLive: 'Nicht verbunden',
    stopped: 'Getrennt',
    signedOut: 'Abgemeldet',
    hint: {
      connecting: 'Der Server wird gesucht.',
      replaying: 'Was sich inzwischen geändert hat, wird geholt.',
      live: 'Alles, was sich ändert, erscheint hier sofort.',
      stale: 'Der Server kann gerade nicht bestätigen, dass nichts fehlt. Das endet von selbst.',
      retryIn: (seconds) =>
        seconds > 0
          ? `Nächster Versuch in ${seconds} ${zahl(seconds, 'Sekunde', 'Sekunden')}.`
          : 'Nächster Versuch läuft.',
      complete: (time) => `Was Sie sehen, war zuletzt vollständig: ${time}.`,
      position: (seq) => `Vollständig bis Ereignis ${seq}.`,
    },
    retryNow: 'Jetzt versuchen',
    connectAgain: 'Wieder verbinden',
    reason: {
      missingToken: 'Die Verbindung wurde wegen eines Fehlers in der Konsole abgelehnt.',
      authenticationFailed: 'Ihre Anmeldung wurde nicht angenommen. Melden Sie sich wieder an.',
      tokenExpired: 'Ihre Sitzung wird verlängert.',
      accessRevoked: 'Ihr Zugang wurde gesperrt. Fragen Sie Ihre Verwaltung.',
      tenantSuspended: 'Ihre Praxis ist gesperrt. Fragen Sie Ihre Verwaltung.',
      topicNotAllowed: 'Ihre Rolle darf dies nicht sehen. Fragen Sie Ihre Verwaltung.',
      originNotAllowed: 'Von dieser Adresse ist keine Verbindung erlaubt. Fragen Sie Ihre Verwaltung.',
      heartbeatTimeout: 'Das Netzwerk ist verstummt.',
      resumeTimeout: 'Die Verbindung war zu langsam, um aufzuholen.',
      closedByAdministrator: 'Die Verwaltung hat diese Verbindung beendet.',
      slowConsumer: 'Dieses Gerät kam nicht mit; es holt auf.',
      tenantLimit:
        'Ihre Praxis hat so viele Verbindungen offen, wie sie haben darf. Schließen Sie andere Tabs oder bitten Sie Ihre Verwaltung um mehr.',
      userLimit:
        'Sie haben so viele Verbindungen offen, wie eine Person haben darf. Schließen Sie andere Tabs.',
      messageRate: 'Zu viele Nachrichten. Es geht gleich von selbst weiter.',
      connectRate: 'Zu viele Versuche. Es geht gleich von selbst weiter.',
      binaryFrame: 'Die Verbindung wurde wegen eines Fehlers in der Konsole abgelehnt.',
      serviceRestart: 'Der Server startet neu.',
      tryAgainLater: 'Der Server ist ausgelastet.',
      notStarted: 'Noch nicht verbunden.',
      stopped: 'Getrennt.',
      signedOut: 'Sie sind abgemeldet. Melden Sie sich wieder an.',
      tokenRejected: 'Ihre Sitzung konnte nicht verlängert werden. Melden Sie sich wieder an.',
      tokenUnavailable: 'Ihre Sitzung kann gerade nicht verlängert werden.',
      identityChanged: 'Sie sind jetzt als jemand anderes angemeldet. Laden Sie die Seite neu.',
      offline: 'Dieses Gerät ist offline.',
      connectionLost: 'Die Verbindung ist abgebrochen.',
      connectTimeout: 'Der Server antwortet nicht.',
      incomplete: 'Einige Änderungen kamen nicht an; sie werden noch einmal geholt.',
      protocolError: 'Die Verbindung wurde wegen eines Fehlers in der Konsole abgelehnt.',
    },
    stale: (time) => `Nicht aktuell: Änderungen nach ${time} können hier fehlen.`,
    staleUnknown: 'Nicht aktuell: neuere Änderungen können hier fehlen.',
  },

  failure: {
    unreachable: {
      title: 'Der Server antwortet nicht',
      hint: 'Prüfen Sie Ihr Netzwerk. Es ist nichts verloren; versuchen Sie es gleich noch einmal.',
    },
    busy: {
      title: 'Der Server ist ausgelastet',
      hint: 'Er kann gerade nicht antworten. Versuchen Sie es gleich noch einmal.',
    },
    forbidden: {
      title: 'Ihre Rolle erlaubt das nicht',
      hint: 'Fragen Sie Ihre Verwaltung, wenn Sie Zugang haben sollten.',
    },
    notFound: {
      title: 'Das gibt es nicht mehr',
      hint: 'Es wurde gelöscht, oder der Link stimmt nicht.',
    },
    signedOut: {
      title: 'Sie sind abgemeldet',
      hint: 'Melden Sie sich an, um fortzufahren.',
    },
    tooMany: {
      title: 'Zu viele Anfragen',
      hint: 'Warten Sie einen Moment und versuchen Sie es dann noch einmal.',
    },
    invalid: {
      title: 'So lässt es sich nicht speichern',
      hint: 'Berichtigen Sie die markierten Felder und speichern Sie noch einmal.',
    },
    other: {
      title: 'Das hat nicht geklappt',
      hint: 'Versuchen Sie es noch einmal. Wenn es weiter misslingt, sagen Sie es Ihrer Verwaltung.',
    },
  },

  who: { you: 'von Ihnen', other: (name) => `von ${name}` },

  gender: { male: 'Männlich', female: 'Weiblich', other: 'Divers', unknown: 'Unbekannt' },

  patients: {
    title: 'Patienten',
    search: 'Patienten suchen',
    searchPlaceholder: 'Name, Patientennummer oder Telefon',
    clearSearch: 'Suche leeren',
    create: 'Neuer Patient',
    columns: {
      name: 'Name',
      mrn: 'Patientennr.',
      birthDate: 'Geburtsdatum',
      age: 'Alter',
      gender: 'Geschlecht',
      phone: 'Telefon',
      updated: 'Geändert',
    },
    loadedAll: (n, formatted) => zahl(n, '1 Patient', `${formatted} Patienten`),
    loadedSome: (formatted) => `${formatted} Patienten geladen, weitere beim Blättern`,
    foundAll: (n, formatted) => zahl(n, '1 Patient gefunden', `${formatted} Patienten gefunden`),
    foundSome: (formatted) => `Bisher ${formatted} Patienten gefunden, weitere beim Blättern`,
    loadingMore: 'Weitere Patienten werden geladen',
    loadMoreFailed: 'Weitere Patienten konnten nicht geladen werden.',
    empty: {
      title: 'Noch keine Patienten',
      hint: 'Nehmen Sie hier den ersten auf, oder senden Sie Patienten aus Ihrem eigenen System über die API. Wer diese Liste offen hat, sieht sie in dem Moment, in dem sie gespeichert sind.',
    },
    nothingFound: {
      title: 'Niemand gefunden',
      hint: 'Versuchen Sie es mit weniger Buchstaben oder einem anderen Teil: gesucht wird in Vorname, Nachname, Patientennummer und Telefon.',
    },
    justChanged: 'gerade geändert',
    justAdded: 'gerade aufgenommen',
  },

  patient: {
    label: 'Patient',
    edit: 'Bearbeiten',
    delete: 'Löschen',
    noNotes: 'Nichts notiert.',
    bornAndAge: (date, years) => `${date} (${years})`,
    audit: 'Wer was mit diesem Patienten getan hat',
    appointments: 'Termine',
    hasAppointments:
      'Um diesen Patienten zu löschen, löschen Sie zuerst die Termine: jeder führt in den Terminplan.',
    gone: {
      title: 'Diesen Patienten gibt es nicht mehr',
      hint: 'Jemand hat ihn gelöscht, oder der Link stimmt nicht.',
    },
    deleted: (name) => `${name} wird gelöscht.`,
    undo: 'Rückgängig',
    notDeleted: {
      title: 'Nicht gelöscht',
      changed:
        'Jemand hat diesen Patienten gerade geändert. Sehen Sie ihn noch einmal an und löschen Sie ihn dann.',
      hasAppointments: 'Es gibt inzwischen Termine. Löschen Sie zuerst diese.',
    },
    merge: {
      title: 'Jemand hat diesen Patienten gespeichert, während Sie ihn bearbeiten',
      taken: 'Diese Änderungen stehen jetzt im Formular. Von Ihren ist nichts verloren.',
      collided: 'Sie haben beide dasselbe geändert. Beim Speichern gilt Ihre Eingabe. Eingegeben wurde:',
      take: 'Übernehmen',
    },
  },

  appointment: {
    none: 'Keine Termine.',
    failed: 'Die Termine konnten nicht geladen werden.',
    noTime: 'Noch ohne Zeit',
    upcoming: 'Kommende',
    past: 'Vergangene',
    status: {
      proposed: 'Vorgeschlagen',
      pending: 'Offen',
      booked: 'Gebucht',
      arrived: 'Eingetroffen',
      'checked-in': 'Aufgenommen',
      fulfilled: 'Erledigt',
      cancelled: 'Abgesagt',
      noshow: 'Nicht erschienen',
      'entered-in-error': 'Irrtümlich',
      waitlist: 'Warteliste',
    },
  },

  patientForm: {
    editTitle: 'Patient bearbeiten',
    saveChanges: 'Änderungen speichern',
    createTitle: 'Neuer Patient',
    firstName: 'Vorname',
    lastName: 'Nachname',
    birthDate: 'Geburtsdatum',
    gender: 'Geschlecht',
    phone: 'Telefon',
    email: 'E-Mail',
    mrn: 'Patientennummer',
    mrnHint: 'Leer lassen, um eine zu vergeben.',
    notes: 'Klinische Notizen',
    notesHint: 'Für den Empfang nicht sichtbar.',
    save: 'Patient speichern',
    discard: {
      title: 'Eingaben verwerfen?',
      hint: 'Ihre Änderungen sind noch nicht gespeichert.',
      confirm: 'Verwerfen',
      keep: 'Weiter bearbeiten',
    },
    errors: {
      required: 'Wird gebraucht',
      tooLong: (max) => `Höchstens ${max} Zeichen`,
      date: 'Geben Sie ein vergangenes Datum ein',
      email: 'Geben Sie eine Adresse wie name@example.org ein, oder nichts',
      characters: 'Enthält Zeichen, die nicht gespeichert werden können',
      mrnTaken: 'Diese Nummer hat schon ein anderer Patient',
      other: 'So lässt sich das nicht speichern',
    },
  },
};
