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
};

export type LockText = typeof en;
