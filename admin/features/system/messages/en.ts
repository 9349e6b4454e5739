const count = (n: number, one: string, other: string): string => (n === 1 ? one : other);

export const en = {
  well: {
    title: 'Everything works',
    hint: (n: number, formatted: string) =>
      `${formatted} ${count(n, 'instance serves', 'instances serve')}, the database answers, and events arrive as they are committed.`,
  },
  wrong: {
    title: (n: number, formatted: string) =>
      `${formatted} ${count(n, 'thing needs', 'things need')} attention`,
    hint: 'What it is, since when, and what to do stands below. What had been saved is not lost.',
  },
  since: (time: string) => `Since ${time}`,
  on: (host: string) => `on ${host}`,
  more: (term: string) => `More in docs/operations.md: “${term}”.`,
  problems: {
    label: 'What is wrong',
    database: {
      title: 'The database does not answer',
      hint: 'Nothing can be read or saved; open pages say “Offline” or keep what they have. It goes on by itself when PostgreSQL answers.',
      action: 'Look at PostgreSQL: is it running, reachable, and has its disk room?',
      term: 'Health',
    },
    writes: {
      title: 'Nothing can be saved',
      hint: 'PostgreSQL answers but takes no changes: lists can be read, saving fails. It goes on by itself when PostgreSQL takes changes again.',
      action:
        'The address /health of the instance names the reason: a full disk, a read-only server after a failover, a login that is refused, or no connection left.',
      term: 'Health',
    },
    pipeline: {
      title: 'Events wait and do not move',
      hint: 'People who are connected to this instance see old data, and their indicator does not say so.',
      action:
        'Look at its log (“the log could not be read”) and at locks in PostgreSQL. If only this instance has it, restart it: its people go on elsewhere.',
      term: 'WardbellEventsWait',
    },
    busPostgres: {
      title: 'An instance does not hear the others',
      hint: 'The connection on which it listens is lost. Nothing is missed: what others save arrives up to 0.9 seconds later.',
      action:
        'It comes back by itself. If it stays, look at the network between this instance and PostgreSQL.',
      term: 'WardbellBusAway',
    },
    busRedis: {
      title: 'Redis does not answer',
      hint: 'PostgreSQL passes the events on instead. Nothing is lost; they take some 15 ms longer.',
      action: 'Look at Redis and at the network to it.',
      term: 'WardbellBusAway',
    },
    identityProvider: {
      title: 'The identity provider does not answer',
      hint: 'People who sign in through it may be refused; those with an account of Wardbell go on.',
      action: 'Look at the identity provider (JWT_JWKS_URL) and at the network to it.',
      term: 'Health',
    },
    silent: {
      title: 'An instance has fallen silent',
      hint: 'It was killed, or cannot reach the database. Its people go on at the other instances, and its connections no longer count.',
      action: 'Start it again, and look why it went: no memory left is the usual reason.',
      term: 'WardbellInstanceDown',
    },
    behind: {
      title: 'Events arrive late',
      hint: 'This instance knows of events that it has not got yet. It is catching up.',
      action: 'A burst passes by itself. If it stays, look at the load of PostgreSQL and of this machine.',
      term: 'WardbellDeliverySlow',
    },
    databaseFull: {
      title: 'The database has few connections left',
      hint: 'When none is left, instances and your own programs cannot connect any more.',
      action: 'Find out who holds them, or raise max_connections of PostgreSQL.',
      term: 'Several instances',
    },
    draining: {
      title: 'An instance is leaving',
      hint: 'It sends its people to the others, a few at a time, and then ends. A deployment does this.',
      action: 'Nothing, unless nobody deploys.',
      term: 'Draining: deploys and restarts',
    },
    untold: {
      title: 'An instance has not said how it does',
      hint: 'It beats, but what it reports is not understood: most likely it runs another release.',
      action: 'Nothing during a deployment. Else bring all instances to the same version.',
      term: 'Several instances',
    },
    versions: {
      title: 'Instances run different versions',
      hint: 'They work together, and people may get pages of either.',
      action: 'Nothing during a deployment. Else update those that were left behind.',
      term: 'Several instances',
    },
  },
  instances: {
    label: 'Instances',
    answering: 'answers you',
    status: {
      healthy: 'Healthy',
      degraded: 'Degraded',
      unhealthy: 'Unhealthy',
      silent: 'Silent',
      draining: 'Leaving',
      untold: 'Not told',
    },
    connections: 'Connections',
    started: 'Running since',
    heartbeat: 'Last sign of life',
    version: 'Version',
    waiting: 'Oldest event on its way',
    nothingWaits: 'none: it has all',
    lagging: 'Catching up',
    laggingCount: (n: number, formatted: string) => `${formatted} ${count(n, 'connection', 'connections')}`,
    checks: {
      database: 'Database',
      writes: 'Saving',
      pipeline: 'Events',
      bus: 'Other instances',
      identity_provider: 'Identity provider',
    },
    check: { ok: 'fine', degraded: 'impaired', failed: 'failed' },
    checkSince: (state: string, time: string) => `${state}, since ${time}`,
    overPostgres: 'by PostgreSQL',
    overRedis: 'by Redis',
    id: 'Number',
  },
  database: {
    label: 'Database',
    answer: 'Answers in',
    answerHint: 'to a short question, just now',
    connections: 'Connections',
    ofMax: (max: string) => `of ${max}, from everybody`,
    size: 'Size',
    sizeHint: 'all clinics, up to a minute old',
    version: 'PostgreSQL',
    versionHint: (time: string) => `running since ${time}`,
    milliseconds: (ms: string) => `${ms} ms`,
    megabytes: (mb: string) => `${mb} MB`,
    gigabytes: (gb: string) => `${gb} GB`,
  },
  changes: {
    label: 'What changed while this page was open',
    none: 'Nothing so far. A change of health appears here within a second.',
    instance: 'This instance',
    database: 'Database',
    redis: 'Redis',
    change: (what: string, before: string, after: string) => `${what}: from ${before} to ${after}`,
  },
  states: {
    healthy: 'healthy',
    degraded: 'degraded',
    unhealthy: 'unhealthy',
    unknown: 'unknown',
  } as Readonly<Record<string, string>>,
};
export type SystemText = typeof en;
