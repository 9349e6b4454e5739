const count = (n: number, one: string, other: string): string => (n === 1 ? one : other);

export const en = {
  lock: {
    title: 'Locked',
    lead: (name: string) => `${name}, enter your password to go on.`,
    leadOut: (name: string) => `${name} is signed in here. Sign out to let somebody else sign in.`,
    password: 'Password',
    missing: 'Enter your password',
    unlock: 'Unlock',
    signOut: 'Sign out',
    wrong: { title: 'That is not the password', hint: 'Try again, or sign out.' },
  },
  warning: {
    title: 'Are you still there?',
    hint: (seconds: number) =>
      `This screen is locked in ${seconds} ${count(seconds, 'second', 'seconds')}, so that nobody else reads it. What you have not saved is lost then.`,
    stay: 'I am here',
  },
  palette: {
    title: 'Go to or do',
    placeholder: 'Type a room or what you want to do',
    nothing: 'Nothing is called so',
    groups: { rooms: 'Rooms', screen: 'Screen', account: 'You' },
    theme: {
      auto: 'Appearance: as the system',
      light: 'Appearance: light',
      dark: 'Appearance: dark',
    },
    language: (name: string) => `Language: ${name}`,
    shortcuts: 'Keyboard shortcuts',
    lock: 'Lock this screen',
    signOut: 'Sign out',
  },
  shortcuts: {
    title: 'Keyboard shortcuts',
    everywhere: 'Everywhere',
    lists: 'In lists',
    schedule: 'In the schedule',
    palette: 'Go to a room, do something',
    help: 'This help',
    search: 'Search',
    create: 'New patient, appointment, user, notification',
    close: 'Close what is open',
    move: 'Up and down',
    page: 'A page up and down',
    ends: 'To the first and the last',
    open: 'Open',
    today: 'Today',
    walk: 'From appointment to appointment',
    shift: 'Move the appointment',
    nextDay: 'Next day',
    previousDay: 'Previous day',
    status: {
      arrived: 'On an appointment: arrived',
      checkedIn: 'Checked in',
      done: 'Done',
      noshow: 'No-show',
      booked: 'Booked',
      cancel: 'Cancel it',
    },
    or: 'or',
  },
};

export type FrameText = typeof en;
