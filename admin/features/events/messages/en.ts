const count = (n: number, one: string, other: string): string => (n === 1 ? one : other);

export const en = {
  title: 'Events',
  type: 'Type of event',
  typePlaceholder: 'All types',
  typeInvalid: 'A type is a letter, then letters, digits and _ . : -',
  showAll: 'Show all types',
  columns: { seq: 'No.', at: 'When', type: 'Type', what: 'What', who: 'By' },
  you: 'you',
  byNobody: 'not known',
  news: (n: number, formatted: string) => `${formatted} ${count(n, 'new event', 'new events')}`,
  following: 'Following: new events appear at the top.',
  paused: 'Scrolled back: what you read stays where it is.',
  loadedAll: (formatted: string) => `${formatted} events: all that is kept`,
  loadedSome: (formatted: string) => `${formatted} events loaded, older ones as you scroll`,
  loadingMore: 'Loading older events',
  loadMoreFailed: 'Older events could not be loaded.',
  justAdded: 'just happened',
  empty: {
    title: 'Nothing has happened yet',
    hint: 'Every change to a patient or an appointment, every notification and every event of your own systems stands here, numbered without a gap.',
  },
  nothingFound: {
    title: 'No event of this type is kept',
    hint: 'Events are kept for some days only. When the next one happens, it appears here.',
  },
  panel: {
    label: 'Event',
    title: (type: string, seq: string) => `${type} no. ${seq}`,
    at: 'Written',
    who: 'Made by',
    id: 'Event id',
    payload: 'Data',
    copy: 'Copy',
    copied: 'Copied',
    notCopied: 'Select the data and copy it by hand: this browser does not allow it here.',
    gone: {
      title: 'This event is no longer kept',
      hint: 'It is older than the log reaches back, or the link is wrong.',
    },
  },
  delivery: {
    title: 'Who has got it',
    loading: 'Asking all instances',
    failed: 'The connections could not be read.',
    none: 'Nobody of the clinic is connected now.',
    given: (n: number) => `Has been given to ${n} open ${count(n, 'connection', 'connections')}`,
    waiting: (n: number) => `Not yet to ${n} ${count(n, 'connection', 'connections')}`,
    later: (n: number) => `${n} ${count(n, 'was', 'were')} opened after it`,
    deaf: (n: number) => `${n} ${count(n, 'does', 'do')} not listen to this`,
    laterHint: 'They got it with a list or a replay, if they asked for it.',
    since: (time: string) => `since ${time}`,
    note: 'Connections that have been closed are not known any more. A number is seen a few seconds late.',
    audience: 'An event for chosen people or roles goes to those alone; that cannot be seen here.',
  },
};

export type EventsText = typeof en;
