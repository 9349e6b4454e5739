const count = (n: number, one: string, other: string): string => (n === 1 ? one : other);

export const en = {
  title: 'Audit',
  scope: 'Whose log',
  installation: 'The installation itself',
  filter: {
    person: 'Person',
    anyone: 'Anyone',
    patient: 'Patient',
    anyPatient: 'Any patient',
    patientId: 'Patient id',
    patientIdInvalid: 'An id has 36 characters, as in a link',
    action: 'Action',
    anyAction: 'Any action',
    from: 'From day',
    to: 'To day',
    nobodyFound: 'Nobody has this name',
    clear: 'Show everything',
  },
  columns: { at: 'When', who: 'Who', what: 'What', on: 'On', changed: 'Fields', where: 'From' },
  nobody: 'nobody signed in',
  /** By the action's code; a code that is not here is shown as it is. */
  actions: {
    'auth.login': 'Signed in',
    'auth.login_failed': 'Failed to sign in',
    'patient.create': 'Registered a patient',
    'patient.update': 'Changed a patient',
    'patient.delete': 'Deleted a patient',
    'appointment.create': 'Made an appointment',
    'appointment.update': 'Changed an appointment',
    'appointment.delete': 'Deleted an appointment',
    'user.create': 'Added a user',
    'user.update': 'Changed a user',
    'user.delete': 'Deleted a user',
    'tenant.create': 'Added a clinic',
    'tenant.update': 'Changed a clinic',
    'tenant.delete': 'Deleted a clinic',
    'tenant.limits': 'Changed limits',
    'connection.close': 'Closed a connection',
    'notification.create': 'Sent a notification',
    'demo.seed': 'Filled in demo data',
  },
  objects: {
    patient: 'Patient',
    appointment: 'Appointment',
    user: 'User',
    tenant: 'Clinic',
    session: 'Session',
    connection: 'Connection',
  },
  loaded: (n: number, formatted: string, complete: boolean) =>
    `${formatted} ${count(n, 'entry', 'entries')}${complete ? '' : ' loaded, older ones as you scroll'}`,
  loadingMore: 'Loading older entries',
  loadMoreFailed: 'Older entries could not be loaded.',
  asOf: (time: string) => `As of ${time}`,
  empty: {
    title: 'Nothing is recorded yet',
    hint: 'Every sign-in and every change is written down here: who, what, when and from where; never what was in it.',
  },
  nothingFound: {
    title: 'No entry fits',
    hint: 'Take a filter away, or widen the days.',
  },
  panel: {
    label: 'Audit entry',
    title: (seq: string) => `Entry no. ${seq}`,
    role: 'Role',
    code: 'Code',
    id: 'Id',
    patient: 'Patient',
    byPerson: 'Everything by this person',
    aboutPatient: 'Everything about this patient',
    openPatient: 'Open the patient',
    noFields: 'none named',
    note: 'The log names the fields, never their contents.',
    notLoaded: {
      title: 'This entry is not in the list',
      hint: 'Take the filters away, or scroll down until it is loaded.',
    },
  },
  verify: {
    action: 'Verify',
    running: 'Reckoning the chain again from its first entry',
    ok: {
      title: 'The log is whole',
      hint: (n: string) =>
        `All ${n} entries fit together: none was changed or taken out since it was written.`,
    },
    bad: {
      title: 'The log was tampered with',
      hint: (seq: string) =>
        `Entry no. ${seq} does not fit the ones before it: it, or one right before it, was changed or taken out after it was written. Keep a copy of the database as it is, and find out who had access to it.`,
    },
    failed: 'The log could not be verified',
  },
};

export type AuditText = typeof en;
