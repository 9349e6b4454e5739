import { EVENT_DATA, InboxChanged, NoticeState, SetupKind } from '@wardbell/contract';
import { EVENT_TYPES } from '@wardbell/contract/event-types';
import audit from '../../audit/messages/en.json';
import notifications from '../../notifications/messages/en.json';
import de from '../messages/de.json';
import en from '../messages/en.json';
import fr from '../messages/fr.json';
import { type SummaryWords, summaryOf } from './summary';

const ID = '1a2b3c4d-0000-4000-8000-000000000001';
const words: SummaryWords = {
  objects: audit.objects,
  statuses: { booked: 'Booked' },
  gatewayStatuses: { UNHEALTHY: 'Unhealthy' },
  noticeStates: notifications.inbox.state,
  inboxChanges: en.inboxChanges,
  purged: en.purged,
  mergedInto: en.mergedInto,
  person: (id) => (id === ID ? 'Anna Berg' : id),
};
const said = (type: string, data: Readonly<Record<string, unknown>>) => summaryOf({ type, data }, words);

describe('summaryOf', () => {
  it.each([
    ['clinic_setup_changed', { kind: 'room', id: ID }, 'Room 1a2b3c4d'],
    ['clinic_setup_changed', { kind: 'office_hours' }, 'Office hours'],
    ['patient_deleted', { patient_id: ID }, 'Patient 1a2b3c4d'],
    [
      'patient_deleted',
      { patient_id: ID, merged_into: 'ffff0000-1' },
      'Patient 1a2b3c4d · merged into ffff0000',
    ],
    ['patient_deleted', { patient_id: ID, purged: true }, 'Patient 1a2b3c4d · removed for ever'],
    ['appointment_updated', { id: ID, purged: true }, 'Appointment 1a2b3c4d · removed for ever'],
    ['appointment_deleted', { appointment_id: ID }, 'Appointment 1a2b3c4d'],
    ['user_changed', { user_id: ID }, 'Anna Berg'],
    ['gateway_status_change', { gateway_id: 'lab', current_status: 'UNHEALTHY' }, 'lab · Unhealthy'],
    ['inbox_changed', { id: ID, changed: 'snoozed' }, 'Notification 1a2b3c4d · put off until later'],
    ['inbox_changed', { changed: 'read' }, 'Notification · read'],
    ['notification_state', { id: ID, state: 'acknowledged' }, 'Notification 1a2b3c4d · taken on'],
    [
      'appointment_created',
      { type: 'Check-up', practitioner: 'Dr Ng', status: 'booked' },
      'Check-up · Dr Ng · Booked',
    ],
  ])('says what %s is about in words: %j', (type, data, expected) => {
    expect(said(type, data)).toBe(expected);
  });

  it('shows the data of types that are not ours as it is', () => {
    expect(said('lab_result', { count: 3 })).toBe('{"count":3}');
  });

  it('shows no data as it is of any type of ours', () => {
    for (const type of Object.keys(EVENT_DATA)) expect(said(type, {})).not.toContain('{');
  });
});

describe('The words of the log of events', () => {
  it.each([
    ['English', en],
    ['German', de],
    ['French', fr],
  ])('name every type that the server writes, and no other, in %s', (_, { types }) => {
    expect(Object.keys(types).toSorted()).toEqual(Object.keys(EVENT_TYPES).toSorted());
  });

  it('name every kind, state and change that an event has', () => {
    for (const kind of SetupKind.options) expect(audit.objects).toHaveProperty(kind);
    for (const state of NoticeState.options) expect(notifications.inbox.state).toHaveProperty(state);
    expect(Object.keys(en.inboxChanges).toSorted()).toEqual(InboxChanged.shape.changed.options.toSorted());
  });
});
