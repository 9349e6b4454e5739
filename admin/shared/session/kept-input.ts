/**
 * What people have entered and not saved, by the name of its form: read when the screen is locked or the session ends, and put
 * back into the forms when the same person has unlocked it or signed in again. In between it is in the session storage of the
 * tab, encrypted (`features/lock/sealed-input.ts`).
 */
export type Input = Readonly<Record<string, unknown>>;

/** Where the encrypted input of this tab is. */
const SEALED_KEY = 'wardbell.sealed_input';
/** The server gives the key of an ended session for so long. */
const KEPT_MS = 24 * 3_600_000;
/** More people than these do not share a tab within a day. */
const MAX_SEALED = 5;

/** The encrypted input of one session. */
export interface Sealed {
  readonly user: string;
  readonly atMs: number;
  readonly iv: string;
  readonly data: string;
}

const isSealed = (value: unknown): value is Sealed =>
  typeof value === 'object' &&
  value !== null &&
  'user' in value &&
  'atMs' in value &&
  'iv' in value &&
  'data' in value &&
  typeof value.user === 'string' &&
  typeof value.atMs === 'number' &&
  typeof value.iv === 'string' &&
  typeof value.data === 'string';

const readSealed = (): Map<string, Sealed> => {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(SEALED_KEY) ?? '{}');
    const entries = Object.entries(stored ?? {}).filter((entry): entry is [string, Sealed] =>
      isSealed(entry[1]),
    );
    return new Map(entries.filter(([, { atMs }]) => Date.now() - atMs < KEPT_MS));
  } catch {
    return new Map();
  }
};

const writeSealed = (sealed: ReadonlyMap<string, Sealed>): void => {
  const newest = [...sealed].sort(([, a], [, b]) => b.atMs - a.atMs).slice(0, MAX_SEALED);
  if (newest.length === 0) sessionStorage.removeItem(SEALED_KEY);
  else sessionStorage.setItem(SEALED_KEY, JSON.stringify(Object.fromEntries(newest)));
};

/** Keeps the encrypted input of a session beside that of others: several people may share a browser. */
export const storeSealed = (sessionId: string, sealed: Sealed): void =>
  writeSealed(readSealed().set(sessionId, sealed));

export const dropSealed = (sessionId: string): void => {
  const sealed = readSealed();
  sealed.delete(sessionId);
  writeSealed(sealed);
};

/** The encrypted input of this person, by the session that it was entered in, the oldest first. */
export const sealedOf = (userId: string): readonly (readonly [sessionId: string, Sealed])[] =>
  [...readSealed()].filter(([, { user }]) => user === userId).sort(([, a], [, b]) => a.atMs - b.atMs);

const sources = new Map<string, () => Input | undefined>();
const opened = new Map<string, Input>();

/** Offers the input of a form for as long as it is open; returns what takes that back. */
export const offerInput = (name: string, read: () => Input | undefined): (() => void) => {
  sources.set(name, read);
  return () => sources.delete(name);
};

/** What is in the forms that are open, and what was put back for forms that nobody has opened since. */
export const collectInput = (): Record<string, Input> => {
  const collected: Record<string, Input> = Object.fromEntries(opened);
  for (const [name, read] of sources) {
    const input = read();
    if (input !== undefined) collected[name] = input;
  }
  return collected;
};

/** True while a form that is open has input that was not saved. */
export const isEntering = (): boolean => [...sources.values()].some((read) => read() !== undefined);

/** Makes input of before the lock available to the forms it came from. */
export const putBackInput = (input: Readonly<Record<string, Input>>): void => {
  for (const [name, values] of Object.entries(input)) opened.set(name, values);
};

/** True when a form has input of before the lock, so that it is to be opened again. */
export const hasInput = (name: string): boolean => opened.has(name);

/** The forms whose input waits for them to be opened. */
export const waitingInput = (): readonly string[] => [...opened.keys()];

/** The input of before the lock, once. */
export const takeInput = (name: string): Input | undefined => {
  const input = opened.get(name);
  opened.delete(name);
  return input;
};

/** Forgets what is not encrypted: somebody else may use this browser next. */
export const forgetInput = (): void => opened.clear();
