const count = (n: number, one: string, other: string): string => (n === 1 ? one : other);

export const en = {
  title: 'Notifications',
  bell: (unseen: number) =>
    unseen === 0 ? 'Notifications' : `Notifications, ${unseen} ${count(unseen, 'new one', 'new ones')}`,
  latest: 'Latest notifications',
  all: 'All notifications',
  nothing: 'Nothing has arrived.',
  level: { info: 'Information', warning: 'Warning', error: 'Urgent' },
  more: (n: number) => `${n} more ${count(n, 'notification', 'notifications')}`,
  moreHint: 'Several arrived at once. The room has them all.',
  by: (name: string) => `from ${name}`,
  isNew: 'new',
  source: {
    log: 'The latest hundred of your clinic’s log.',
    received: 'What has arrived since this page was opened. Loading the page again forgets it.',
    none: 'Nothing is sent to super admins, and what clinics send is not shown to you.',
  },
  empty: {
    title: 'No notifications',
    hint: 'When an administrator tells everybody something, it appears here and in the corner of the screen at once.',
    hintAdmin: 'Tell everybody in the clinic something: it appears on every open screen within a moment.',
    hintSuper: 'Tell one clinic or all of them something: it appears on every open screen within a moment.',
  },
  compose: {
    action: 'New notification',
    title: 'New notification',
    message: 'Message',
    messageHint: 'Everybody who is signed in reads it: leave patients’ names out.',
    level: 'How urgent',
    levelHints: {
      info: 'Goes away by itself.',
      warning: 'Stays a little longer.',
      error: 'Stays until it is closed.',
    },
    to: 'To',
    everyone: 'Everybody in the clinic',
    allClinics: 'All clinics',
    oneClinic: 'One clinic',
    clinic: 'Clinic',
    clinicPlaceholder: 'Choose a clinic',
    clinicMissing: 'Choose the clinic that it is for',
    preview: 'So it will look',
    previewEmpty: 'Your message',
    review: 'Send…',
    messageMissing: 'Write what you want to say',
    messageTooLong: 'At most 2,000 characters',
    messageCharacters: 'Contains characters that cannot be stored',
  },
  confirm: {
    titleOwn: 'Send to everybody in the clinic?',
    titleOne: (clinic: string) => `Send to ${clinic}?`,
    titleAll: (n: number | null) =>
      n === null ? 'Send to all clinics?' : `Send to ${n} ${count(n, 'clinic', 'clinics')}?`,
    hint: 'It appears on every open screen there at once, and cannot be taken back.',
    action: 'Send',
  },
  sent: (n: number) => (n === 1 ? 'Sent.' : `Sent to ${n} clinics.`),
};

export type NotificationsText = typeof en;
