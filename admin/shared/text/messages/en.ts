/** Every word of the console. A language is complete or it is not there: others are typed by this one. */

const count = (n: number, one: string, other: string): string => (n === 1 ? one : other);

export const en = {
  language: { label: 'Language' },

  app: {
    name: 'Wardbell',
    skipToContent: 'Skip to content',
    navigation: 'Rooms',
    openNavigation: 'Open navigation',
    closeNavigation: 'Close navigation',
    commands: 'Go to or do…',
    loading: 'Loading',
    close: 'Close',
    cancel: 'Cancel',
    retry: 'Try again',
    none: '–',
    you: 'You',
  },

  roles: {
    super_admin: 'Super admin',
    tenant_admin: 'Clinic admin',
    clinician: 'Clinician',
    front_desk: 'Front desk',
  },

  rooms: {
    patients: 'Patients',
    schedule: 'Schedule',
    notifications: 'Notifications',
    connections: 'Connections',
    limits: 'Limits',
    events: 'Events',
    users: 'Users',
    audit: 'Audit',
    tenants: 'Clinics',
    system: 'System',
  },

  notFound: {
    title: 'There is nothing at this address',
    hint: 'The link may be old, or something was left out when it was copied.',
    action: 'Go to the console',
  },

  crash: {
    title: 'This page stopped working',
    hint: 'Nothing that you saved is lost. Load the page again; if it happens again, tell your administrator what you did just before.',
    action: 'Load again',
  },

  outdated: {
    title: 'There is a newer version of the console',
    hint: 'This page was open while the server was updated. Load it again to go on.',
    action: 'Load again',
  },

  noRoom: {
    title: (role: string) => `The console has no room for a ${role.toLowerCase()} yet`,
    hint: 'Everything your role may do is available through the API.',
    action: 'Open the API reference',
  },

  user: {
    menu: (name: string) => `Account of ${name}`,
    appearance: 'Appearance',
    system: 'System',
    light: 'Light',
    dark: 'Dark',
    signOut: 'Sign out',
  },

  signIn: {
    title: 'Sign in',
    lead: 'See what changes in your clinic, the moment it changes.',
    email: 'E-mail',
    password: 'Password',
    submit: 'Sign in',
    emailMissing: 'Enter your e-mail address',
    passwordMissing: 'Enter your password',
    reason: {
      left: 'You have signed out.',
      left_untold:
        'You are signed out here, but the server could not be reached to end the session. It is told the next time this page loads; until then, let nobody else use this browser.',
      idle: 'You were signed out because nobody used this browser for a while.',
      ended: 'Your session has ended. Sign in again to go on.',
    },
    invalid: {
      title: 'E-mail or password is wrong',
      hint: 'Check both. Your clinic’s administrator can set a new password.',
    },
    tooMany: {
      title: 'Too many attempts',
      hint: (wait: string) => `For your safety, sign-in is paused. Try again ${wait}.`,
    },
    restoring: 'Signing you in',
    unreachable: {
      title: 'The server does not answer',
      hint: (seconds: number) =>
        seconds > 0
          ? `Check your network. Trying again in ${seconds} ${count(seconds, 'second', 'seconds')}.`
          : 'Check your network. Trying again now.',
    },
  },

  connection: {
    label: 'Connection',
    connecting: 'Connecting',
    replaying: 'Catching up',
    live: 'Live',
    outdated: (since: string) => `Not up to date since ${since}`,
    waiting: (since: string) => `Offline since ${since}`,
    neverLive: 'Not connected',
    stopped: 'Disconnected',
    signedOut: 'Signed out',
    hint: {
      connecting: 'Reaching the server.',
      replaying: 'Receiving what changed meanwhile.',
      live: 'Everything that changes appears here at once.',
      stale: 'The server cannot confirm at the moment that nothing is missing. This ends by itself.',
      retryIn: (seconds: number) =>
        seconds > 0
          ? `Trying again in ${seconds} ${count(seconds, 'second', 'seconds')}.`
          : 'Trying again now.',
      complete: (time: string) => `What you see was last complete at ${time}.`,
      position: (seq: string) => `Complete up to event ${seq}.`,
    },
    retryNow: 'Try now',
    connectAgain: 'Connect again',
    reason: {
      missingToken: 'The connection was refused because of a fault in the console.',
      authenticationFailed: 'Your sign-in was not accepted. Sign in again.',
      tokenExpired: 'Your session is being renewed.',
      accessRevoked: 'Your access has been revoked. Ask your administrator.',
      tenantSuspended: 'Your clinic is suspended. Ask your administrator.',
      topicNotAllowed: 'Your role may not see this. Ask your administrator.',
      originNotAllowed: 'This address may not connect. Ask your administrator.',
      heartbeatTimeout: 'The network went silent.',
      resumeTimeout: 'The connection was too slow to catch up.',
      closedByAdministrator: 'An administrator closed this connection.',
      slowConsumer: 'This device could not keep up; it is catching up.',
      tenantLimit:
        'Your clinic has as many connections open as it may have. Close other tabs, or ask your administrator for more.',
      userLimit: 'You have as many connections open as one person may have. Close other tabs.',
      messageRate: 'Too many messages. It goes on by itself in a moment.',
      connectRate: 'Too many attempts. It goes on by itself in a moment.',
      binaryFrame: 'The connection was refused because of a fault in the console.',
      serviceRestart: 'The server is restarting.',
      tryAgainLater: 'The server is busy.',
      notStarted: 'Not connected yet.',
      stopped: 'Disconnected.',
      signedOut: 'You are signed out. Sign in again.',
      tokenRejected: 'Your session could not be renewed. Sign in again.',
      tokenUnavailable: 'Your session cannot be renewed at the moment.',
      identityChanged: 'You are signed in as someone else now. Load the page again.',
      offline: 'This device is offline.',
      connectionLost: 'The connection was lost.',
      connectTimeout: 'The server does not answer.',
      incomplete: 'Some changes did not arrive; they are asked for again.',
      protocolError: 'The connection was refused because of a fault in the console.',
    },
    stale: (time: string) => `Not up to date: changes after ${time} may be missing here.`,
    staleUnknown: 'Not up to date: newer changes may be missing here.',
  },

  failure: {
    unreachable: {
      title: 'The server does not answer',
      hint: 'Check your network. Nothing is lost; try again in a moment.',
    },
    busy: {
      title: 'The server is busy',
      hint: 'It cannot answer right now. Try again in a moment.',
    },
    forbidden: {
      title: 'Your role does not allow this',
      hint: 'Ask your administrator if you should have access.',
    },
    notFound: {
      title: 'This is no longer here',
      hint: 'It was deleted, or the link is wrong.',
    },
    signedOut: {
      title: 'You are signed out',
      hint: 'Sign in again to go on.',
    },
    tooMany: {
      title: 'Too many requests',
      hint: 'Wait a moment, then try again.',
    },
    invalid: {
      title: 'Some of this cannot be saved',
      hint: 'Correct the marked fields, then save again.',
    },
    other: {
      title: 'That did not work',
      hint: 'Try again. If it keeps failing, tell your administrator.',
    },
  },

  who: { you: 'by you', other: (name: string) => `by ${name}` },

  gender: { male: 'Male', female: 'Female', other: 'Other', unknown: 'Unknown' },

  patients: {
    title: 'Patients',
    search: 'Search patients',
    searchPlaceholder: 'Name, MRN or phone',
    clearSearch: 'Clear search',
    create: 'New patient',
    columns: {
      name: 'Name',
      mrn: 'MRN',
      birthDate: 'Birth date',
      age: 'Age',
      gender: 'Gender',
      phone: 'Phone',
      updated: 'Updated',
    },
    loadedAll: (n: number, formatted: string) => count(n, '1 patient', `${formatted} patients`),
    loadedSome: (formatted: string) => `${formatted} patients loaded, more as you scroll`,
    foundAll: (n: number, formatted: string) => count(n, '1 patient found', `${formatted} patients found`),
    foundSome: (formatted: string) => `${formatted} patients found so far, more as you scroll`,
    loadingMore: 'Loading more patients',
    loadMoreFailed: 'More patients could not be loaded.',
    empty: {
      title: 'No patients yet',
      hint: 'Register the first one here, or send patients from your own system through the API. Whoever has this list open sees them the moment they are saved.',
    },
    nothingFound: {
      title: 'Nobody found',
      hint: 'Try fewer letters, or another part: first name, last name, MRN and phone are searched.',
    },
    justChanged: 'just changed',
    justAdded: 'just added',
  },

  patient: {
    label: 'Patient',
    edit: 'Edit',
    delete: 'Delete',
    noNotes: 'Nothing noted.',
    bornAndAge: (date: string, years: number) => `${date} (${years})`,
    appointments: 'Appointments',
    audit: 'Who did what with this patient',
    hasAppointments: 'To delete this patient, delete the appointments first: each leads to the schedule.',
    gone: {
      title: 'This patient is no longer here',
      hint: 'A colleague deleted the record, or the link is wrong.',
    },
    deleted: (name: string) => `${name} is being deleted.`,
    undo: 'Undo',
    notDeleted: {
      title: 'Not deleted',
      changed: 'A colleague has just changed this patient. Look at it again, then delete it.',
      hasAppointments: 'There are appointments now. Delete them first.',
    },
    merge: {
      title: 'A colleague saved this patient while you were editing',
      taken: 'What they changed is in the form now. Nothing of yours is lost.',
      collided: 'You both changed the same. Saving keeps what you entered. They entered:',
      take: 'Use theirs',
    },
  },

  appointment: {
    none: 'No appointments.',
    failed: 'The appointments could not be loaded.',
    noTime: 'No time yet',
    upcoming: 'To come',
    past: 'Past',
    status: {
      proposed: 'Proposed',
      pending: 'Pending',
      booked: 'Booked',
      arrived: 'Arrived',
      'checked-in': 'Checked in',
      fulfilled: 'Done',
      cancelled: 'Cancelled',
      noshow: 'No-show',
      'entered-in-error': 'Entered in error',
      waitlist: 'Waiting list',
    },
  },

  patientForm: {
    editTitle: 'Edit patient',
    saveChanges: 'Save changes',
    createTitle: 'New patient',
    firstName: 'First name',
    lastName: 'Last name',
    birthDate: 'Birth date',
    gender: 'Gender',
    phone: 'Phone',
    email: 'E-mail',
    mrn: 'MRN',
    mrnHint: 'Medical record number. Leave it empty to have one made.',
    notes: 'Clinical notes',
    notesHint: 'Not visible to the front desk.',
    save: 'Save patient',
    discard: {
      title: 'Discard what you entered?',
      hint: 'Your changes have not been saved.',
      confirm: 'Discard',
      keep: 'Keep editing',
    },
    errors: {
      required: 'Needed',
      tooLong: (max: number) => `At most ${max} characters`,
      date: 'Enter a date that has been',
      email: 'Enter an address like name@example.org, or leave it empty',
      characters: 'Contains characters that cannot be stored',
      mrnTaken: 'Another patient has this MRN',
      other: 'This cannot be saved as it is',
    },
  },
};

export type Text = typeof en;
