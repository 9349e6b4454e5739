import type { Text } from '../text/text';
import { SYSTEM_ACTOR } from './system-actor';

/** Somebody in a log, as the server names them. */
export interface Actor {
  readonly id: string;
  /** Absent: it is not known, or no super admin's. */
  readonly role: string | null | undefined;
}

/**
 * What a log calls the person of an entry. A super admin, who is no user of a clinic, has no name there; of somebody who
 * signs in elsewhere the id is all that is known.
 * @param names of the people of the clinic, by their ids
 * @param you what the reader is called in this place
 */
export const nameActor = (
  { id, role }: Actor,
  { text, names, myId, you }: { text: Text; names: ReadonlyMap<string, string>; myId: string; you: string },
): string => {
  if (id === SYSTEM_ACTOR) return text.app.name;
  if (id === myId) return you;
  return names.get(id) ?? (role === 'super_admin' ? text.roles.super_admin : id);
};
