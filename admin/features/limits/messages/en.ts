const count = (n: number, one: string, other: string): string => (n === 1 ? one : other);

export const en = {
  choose: {
    title: 'Choose a clinic',
    hint: 'Limits are those of one clinic: how many connections it may have open, and how many each of its people.',
  },
  now: {
    label: 'Now',
    connections: 'Open connections',
    ofLimit: (limit: string) => `of ${limit}`,
    ofLimitAndCeiling: (limit: string, ceiling: string) => `of ${limit}; up to ${ceiling} can be set`,
    perUser: 'Most of one person',
    perUserLimit: (limit: string) => `of ${limit} for each person`,
    perUserLimitAndCeiling: (limit: string, ceiling: string) =>
      `of ${limit} for each person; up to ${ceiling} can be set`,
    perUserNone: 'no limit for each person',
    messages: 'Messages a minute',
    messagesHint: 'that one connection may send to the server',
  },
  form: {
    title: 'Change the limits',
    lead: 'A change holds for new connections at once, on all servers.',
    max_connections: 'Connections of the clinic',
    max_connections_per_user: 'Connections of each person',
    max_messages_per_minute: 'Messages a minute from each connection',
    ceiling: (formatted: string) => `At most ${formatted}: your provider’s ceiling.`,
    ceilingForSuper: (formatted: string) => `Ceiling of this clinic: ${formatted}.`,
    noCeiling: 'No ceiling.',
    empty: (formatted: string) => `Empty: ${formatted}, the default.`,
    emptyNone: 'Empty: no limit.',
    emptyCeiling: 'Empty: the ceiling holds.',
    save: 'Save limits',
    reset: 'Undo changes',
    ceilings: 'Set the ceilings of this clinic',
  },
  errors: {
    whole: 'Enter a whole number, or nothing',
    atLeast: (n: number) => `At least ${n}`,
    atMost: (n: number) => `At most ${n}`,
    aboveCeiling: (n: number) => `At most ${n}: that is the ceiling`,
  },
  forecast: {
    title: 'What would happen',
    unchanged: 'Change a limit to see here what it means to those who are connected now.',
    invalid: 'Correct the marked fields first.',
    none: (n: number, open: string) =>
      n === 0
        ? 'Nobody is connected now: it concerns only those who come.'
        : `All ${open} open ${count(n, 'connection is', 'connections are')} within these limits. Nobody is cut off.`,
    above: (n: number, above: string, open: string) =>
      `${above} of ${open} open connections, the newest, ${count(n, 'is', 'are')} above these limits.`,
    approximate: 'Counted from the number of connections only, because there are too many to look at each.',
    choice: 'And what about them?',
    keep: (n: number) =>
      `Let ${count(n, 'it', 'them')} stay. New connections are refused until enough have left.`,
    close: (n: number, above: string) =>
      `Close ${count(n, 'it', `these ${above}`)} now. ${count(n, 'The device is', 'The devices are')} told that the limit is reached, and ${count(n, 'tries', 'try')} again when there is room.`,
  },
  confirm: {
    title: (n: number, above: string) => `Close ${above} ${count(n, 'connection', 'connections')} now?`,
    hint: 'People who are at work there see “Offline” until there is room again. Nothing that they saved is lost.',
    action: 'Save and close them',
  },
  outcome: {
    title: 'The limits are saved',
    none: (n: number, open: string) =>
      n === 0
        ? 'Nobody is connected.'
        : `All ${open} open ${count(n, 'connection is', 'connections are')} within them.`,
    refuse_new: (n: number, above: string, open: string) =>
      `${above} of ${open} open connections ${count(n, 'is', 'are')} above them and ${count(n, 'stays', 'stay')}. New ones are refused until enough have left.`,
    close_newest: (n: number, above: string) =>
      `The ${above} newest ${count(n, 'connection is', 'connections are')} being closed.`,
  },
};
export type LimitsText = typeof en;
