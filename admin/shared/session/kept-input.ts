/**
 * What people have entered and not saved, by the name of its form: read when the screen is locked, and put back into the
 * forms when the same person has unlocked it. In between it is in the session storage of the tab, encrypted
 * (`features/lock/sealed-input.ts`).
 */
export type Input = Readonly<Record<string, unknown>>;

/** Where the encrypted input of this tab is. */
export const SEALED_KEY = 'wardbell.sealed_input';

const sources = new Map<string, () => Input | undefined>();
const opened = new Map<string, Input>();

/** Offers the input of a form for as long as it is open; returns what takes that back. */
export const offerInput = (name: string, read: () => Input | undefined): (() => void) => {
  sources.set(name, read);
  return () => sources.delete(name);
};

/** What is in the forms that are open. */
export const collectInput = (): Record<string, Input> => {
  const collected: Record<string, Input> = {};
  for (const [name, read] of sources) {
    const input = read();
    if (input !== undefined) collected[name] = input;
  }
  return collected;
};

/** Makes input of before the lock available to the forms it came from. */
export const putBackInput = (input: Readonly<Record<string, Input>>): void => {
  for (const [name, values] of Object.entries(input)) opened.set(name, values);
};

/** True when a form has input of before the lock, so that it is to be opened again. */
export const hasInput = (name: string): boolean => opened.has(name);

/** The input of before the lock, once. */
export const takeInput = (name: string): Input | undefined => {
  const input = opened.get(name);
  opened.delete(name);
  return input;
};

/** Forgets everything: somebody else may use this browser next. */
export const forgetInput = (): void => {
  opened.clear();
  sessionStorage.removeItem(SEALED_KEY);
};
