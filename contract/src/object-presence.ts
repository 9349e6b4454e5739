import { z } from 'zod';
import { Timestamp, Uuid } from './text.js';

/** Presence at an object: who looks at a patient or an appointment, or edits it. It holds ids and no text of a record. */

/** Objects in one message `working_on`. */
export const MAX_WORKING_ON = 20;
/** Messages `working_on` with different `tab` on one connection, of which the oldest is dropped. */
export const MAX_WORKING_TABS = 20;
/** People in one frame `object_presence`; those that came first. */
export const MAX_OBJECT_PEOPLE = 50;
/** A message `working_on` holds for this long, or until the connection ends. The SDK repeats it after a third of it. */
export const WORKING_ON_MS = 75_000;

const Kind = z.enum(['patient', 'appointment']);
const Activity = z.enum(['looking', 'editing']).meta({ description: '`editing`: a form with it is open' });

/** An object that somebody looks at or edits. */
export const WorkingOn = z.object({ kind: Kind, id: Uuid, activity: Activity });
export type WorkingOn = z.infer<typeof WorkingOn>;

/** Data of `object_presence`: everybody who is at the object, the receiver included. */
export const ObjectPresence = z.object({
  kind: Kind,
  id: Uuid,
  people: z
    .array(z.object({ user_id: z.string(), activity: Activity, since: Timestamp }))
    .max(MAX_OBJECT_PEOPLE),
});
export type ObjectPresence = z.infer<typeof ObjectPresence>;
