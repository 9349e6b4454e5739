import { expect, it } from '@jest/globals';
import { EVENT_TYPES, type EventTypeDefinition } from '@wardbell/contract';
import type { IncomingEvent } from '../events.js';
import { appointmentChanges, patientChanges } from './changes.js';

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
