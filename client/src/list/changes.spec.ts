import { expect, it } from '@jest/globals';
import { EVENT_TYPES, type EventTypeDefinition } from '@wardbell/contract';
import type { IncomingEvent } from '../events.js';
import { allPatientChanges, appointmentChanges, patientChanges } from './changes.js';

const LISTS = { patient: patientChanges, appointment: appointmentChanges } as const;
const types: [string, EventTypeDefinition][] = Object.entries(EVENT_TYPES);

it.each(types)('lists follow %s as the table of event types says', (type, definition) => {
  const event: IncomingEvent = {
    type,
    data: { id: 'row', version: 2, patient_id: 'row', appointment_id: 'row' },
  };
  if (definition.list) expect(Object.keys(LISTS)).toContain(definition.list.of);
  for (const [object, changes] of Object.entries(LISTS)) {
    const expected = definition.list?.of === object ? definition.list.change : undefined;
    expect(changes(event)?.op).toBe(expected);
  }
});

it('an archived patient leaves the list of patients, and stays in one with archived patients', () => {
  const event: IncomingEvent = { type: 'patient_updated', data: { id: 'row', version: 2, archived: true } };
  expect(patientChanges(event)).toEqual({ op: 'delete', id: 'row' });
  expect(allPatientChanges(event)?.op).toBe('put');
});
