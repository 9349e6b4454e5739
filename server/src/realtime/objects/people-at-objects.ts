import { MAX_OBJECT_PEOPLE, seesRestricted, type TenantRole, type WorkingOn } from '@wardbell/contract';

/** A row of `settle_object_presence()` about one connection at one object. */
export interface PlaceRow {
  readonly tenant_id: string;
  readonly kind: WorkingOn['kind'];
  readonly object_id: string;
  /** Users who may see the object besides tenant admins; null: all of the tenant. */
  readonly readers: readonly string[] | null;
  readonly connection_id: string;
  /** True for an open connection of this process. */
  readonly is_own: boolean;
  readonly user_id: string;
  readonly role: TenantRole;
  readonly activity: WorkingOn['activity'];
  readonly since: Date;
}

interface Person {
  readonly user_id: string;
  readonly activity: WorkingOn['activity'];
  readonly since: Date;
}

interface AtObject {
  readonly key: string;
  readonly people: Map<string, Person>;
  /** Connections of this process that are at it. */
  readonly own: string[];
}

/** The key of an object within its tenant. */
export const keyOf = ({ kind, id }: Pick<WorkingOn, 'kind' | 'id'>): string => `${kind} ${id}`;

const maySee = ({ readers, role, user_id }: PlaceRow): boolean =>
  readers === null || seesRestricted(role) || readers.includes(user_id);

/** Editing counts for more than looking; of the same, what began first. */
const stronger = (a: Person, b: Person): Person => {
  if (a.activity !== b.activity) return a.activity === 'editing' ? a : b;
  return a.since <= b.since ? a : b;
};

/**
 * For each connection of this process, the objects that it is at and may be told of, by key, with the people there as
 * JSON. A person at an object on several connections is one; people who may no longer see the object are left out.
 */
export const peopleByConnection = (
  rows: readonly PlaceRow[],
): ReadonlyMap<string, ReadonlyMap<string, string>> => {
  const objects = new Map<string, AtObject>();
  for (const row of rows) {
    if (!maySee(row)) continue;
    const key = keyOf({ kind: row.kind, id: row.object_id });
    const name = `${row.tenant_id} ${key}`;
    const object: AtObject = objects.get(name) ?? { key, people: new Map(), own: [] };
    objects.set(name, object);
    const known = object.people.get(row.user_id);
    object.people.set(row.user_id, known ? stronger(known, row) : row);
    if (row.is_own) object.own.push(row.connection_id);
  }
  const byConnection = new Map<string, Map<string, string>>();
  for (const { key, people, own } of objects.values()) {
    const text = own.length > 0 ? JSON.stringify(inOrder([...people.values()])) : '';
    for (const connectionId of own) {
      const ofConnection = byConnection.get(connectionId) ?? new Map<string, string>();
      byConnection.set(connectionId, ofConnection.set(key, text));
    }
  }
  return byConnection;
};

/** Those who came first come first, so that the bound cuts off the latest. */
const inOrder = (people: readonly Person[]): readonly object[] =>
  people
    .toSorted((a, b) => a.since.getTime() - b.since.getTime() || (a.user_id < b.user_id ? -1 : 1))
    .slice(0, MAX_OBJECT_PEOPLE)
    .map(({ user_id, activity, since }) => ({ user_id, activity, since: since.toISOString() }));
