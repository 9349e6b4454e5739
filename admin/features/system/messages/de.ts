import type { SystemText } from './en';

const zahl = (n: number, eins: string, viele: string): string => (n === 1 ? eins : viele);

export const de: SystemText = {
  well: {
    title: 'Alles in Ordnung',
    hint: (n, formatted) =>
      `${formatted} ${zahl(n, 'Instanz läuft', 'Instanzen laufen')}, die Datenbank antwortet, und Ereignisse kommen an, sobald sie gespeichert sind.`,
  },
  wrong: {
    title: (n, formatted) => `${formatted} ${zahl(n, 'Sache braucht', 'Dinge brauchen')} Aufmerksamkeit`,
    hint: 'Was es ist, seit wann, und was zu tun ist, steht darunter. Was gespeichert war, ist nicht verloren.',
  },
  since: (time) => `Seit ${time}`,
  on: (host) => `auf ${host}`,
  more: (term) => `Mehr in docs/operations.md: „${term}“.`,
  problems: {
    label: 'Was nicht stimmt',
    database: {
      title: 'Die Datenbank antwortet nicht',
      hint: 'Nichts kann gelesen oder gespeichert werden; offene Seiten zeigen „Offline“ oder behalten, was sie haben. Es geht von selbst weiter, wenn PostgreSQL antwortet.',
      action: 'Sehen Sie nach PostgreSQL: Läuft es, ist es erreichbar, ist auf seinem Datenträger Platz?',
      term: 'Health',
    },
    writes: {
      title: 'Nichts kann gespeichert werden',
      hint: 'PostgreSQL antwortet, nimmt aber keine Änderungen an: Listen sind lesbar, Speichern schlägt fehl. Es geht von selbst weiter, wenn PostgreSQL wieder Änderungen annimmt.',
      action:
        'Den Grund nennt die Adresse /health der Instanz: ein voller Datenträger, ein Server, der nach einem Wechsel nur gelesen werden kann, eine abgelehnte Anmeldung oder keine freie Verbindung.',
      term: 'Health',
    },
    pipeline: {
      title: 'Ereignisse warten und kommen nicht voran',
      hint: 'Wer mit dieser Instanz verbunden ist, sieht alte Daten, und die Anzeige sagt es nicht.',
      action:
        'Sehen Sie in ihr Protokoll („the log could not be read“) und nach Sperren in PostgreSQL. Betrifft es nur diese Instanz, starten Sie sie neu: Ihre Leute arbeiten anderswo weiter.',
      term: 'WardbellEventsWait',
    },
    busPostgres: {
      title: 'Eine Instanz hört die anderen nicht',
      hint: 'Die Verbindung, auf der sie zuhört, ist abgebrochen. Es fehlt nichts: Was andere speichern, kommt bis zu 0,9 Sekunden später an.',
      action:
        'Das gibt sich von selbst. Bleibt es, sehen Sie nach dem Netzwerk zwischen dieser Instanz und PostgreSQL.',
      term: 'WardbellBusAway',
    },
    busRedis: {
      title: 'Redis antwortet nicht',
      hint: 'PostgreSQL gibt die Ereignisse stattdessen weiter. Es geht nichts verloren; sie brauchen etwa 15 ms länger.',
      action: 'Sehen Sie nach Redis und dem Netzwerk dorthin.',
      term: 'WardbellBusAway',
    },
    identityProvider: {
      title: 'Der Identitätsanbieter antwortet nicht',
      hint: 'Wer sich über ihn anmeldet, wird womöglich abgewiesen; wer ein Konto von Wardbell hat, arbeitet weiter.',
      action: 'Sehen Sie nach dem Identitätsanbieter (JWT_JWKS_URL) und dem Netzwerk dorthin.',
      term: 'Health',
    },
    silent: {
      title: 'Eine Instanz ist verstummt',
      hint: 'Sie wurde beendet oder erreicht die Datenbank nicht. Ihre Leute arbeiten auf den anderen Instanzen weiter, und ihre Verbindungen zählen nicht mehr.',
      action:
        'Starten Sie sie neu und sehen Sie nach, warum sie ging: Meist war der Arbeitsspeicher zu Ende.',
      term: 'WardbellInstanceDown',
    },
    behind: {
      title: 'Ereignisse kommen verspätet an',
      hint: 'Diese Instanz weiß von Ereignissen, die sie noch nicht hat. Sie holt auf.',
      action:
        'Ein Ansturm vergeht von selbst. Bleibt es, sehen Sie nach der Last von PostgreSQL und dieser Maschine.',
      term: 'WardbellDeliverySlow',
    },
    databaseFull: {
      title: 'Die Datenbank hat kaum noch freie Verbindungen',
      hint: 'Ist keine mehr frei, können sich Instanzen und Ihre eigenen Programme nicht mehr verbinden.',
      action: 'Finden Sie heraus, wer sie hält, oder erhöhen Sie max_connections in PostgreSQL.',
      term: 'Several instances',
    },
    draining: {
      title: 'Eine Instanz verabschiedet sich',
      hint: 'Sie schickt ihre Leute nach und nach zu den anderen und endet dann. So ist es bei jeder Aktualisierung.',
      action: 'Nichts, außer wenn gerade niemand aktualisiert.',
      term: 'Draining: deploys and restarts',
    },
    untold: {
      title: 'Eine Instanz hat nicht gesagt, wie es ihr geht',
      hint: 'Sie lebt, aber ihr Bericht ist nicht zu verstehen: Wahrscheinlich läuft dort eine andere Version.',
      action: 'Während einer Aktualisierung nichts. Sonst bringen Sie alle Instanzen auf dieselbe Version.',
      term: 'Several instances',
    },
    versions: {
      title: 'Instanzen laufen in verschiedenen Versionen',
      hint: 'Sie arbeiten zusammen, und man bekommt Seiten der einen oder der anderen.',
      action: 'Während einer Aktualisierung nichts. Sonst aktualisieren Sie die zurückgebliebenen.',
      term: 'Several instances',
    },
  },
  instances: {
    label: 'Instanzen',
    answering: 'antwortet Ihnen',
    status: {
      healthy: 'Gesund',
      degraded: 'Eingeschränkt',
      unhealthy: 'Gestört',
      silent: 'Verstummt',
      draining: 'Verabschiedet sich',
      untold: 'Nicht gesagt',
    },
    connections: 'Verbindungen',
    started: 'Läuft seit',
    heartbeat: 'Letztes Lebenszeichen',
    version: 'Version',
    waiting: 'Ältestes Ereignis unterwegs',
    nothingWaits: 'keines: sie hat alle',
    lagging: 'Holen auf',
    laggingCount: (n, formatted) => `${formatted} ${zahl(n, 'Verbindung', 'Verbindungen')}`,
    checks: {
      database: 'Datenbank',
      writes: 'Speichern',
      pipeline: 'Ereignisse',
      bus: 'Andere Instanzen',
      identity_provider: 'Identitätsanbieter',
    },
    check: { ok: 'in Ordnung', degraded: 'eingeschränkt', failed: 'gestört' },
    checkSince: (state, time) => `${state}, seit ${time}`,
    overPostgres: 'über PostgreSQL',
    overRedis: 'über Redis',
    id: 'Nummer',
  },
  database: {
    label: 'Datenbank',
    answer: 'Antwortet in',
    answerHint: 'auf eine kurze Frage, gerade eben',
    connections: 'Verbindungen',
    ofMax: (max) => `von ${max}, von allen zusammen`,
    size: 'Größe',
    sizeHint: 'alle Praxen, bis zu eine Minute alt',
    version: 'PostgreSQL',
    versionHint: (time) => `läuft seit ${time}`,
    milliseconds: (ms) => `${ms} ms`,
    megabytes: (mb) => `${mb} MB`,
    gigabytes: (gb) => `${gb} GB`,
  },
  changes: {
    label: 'Was sich geändert hat, seit diese Seite offen ist',
    none: 'Bisher nichts. Ändert sich der Zustand, steht es innerhalb einer Sekunde hier.',
    instance: 'Diese Instanz',
    database: 'Datenbank',
    redis: 'Redis',
    change: (what, before, after) => `${what}: von ${before} zu ${after}`,
  },
  states: {
    healthy: 'gesund',
    degraded: 'eingeschränkt',
    unhealthy: 'gestört',
    unknown: 'unbekannt',
  },
};
