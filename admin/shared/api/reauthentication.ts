type Ask = () => Promise<boolean>;

/** What asks is loaded late; a request that needs it before waits this long at most. */
const MAX_WAIT_MS = 20_000;

let ask: Ask | null = null;
let asking: Promise<boolean> | null = null;
const waiting = new Set<(ask: Ask | null) => void>();

/** Registers what asks the person for the password again; returns what takes it back. */
export const onReauthentication = (next: Ask): (() => void) => {
  ask = next;
  for (const resolve of waiting) resolve(next);
  return () => {
    if (ask === next) ask = null;
  };
};

/**
 * Asks the person to show the password or a factor again: once for all requests that wait for it. True when the session
 * is fresh now, false when the person does not want to or nothing can ask.
 */
export const reauthenticate = (): Promise<boolean> => {
  asking ??= untilAsker()
    .then((found) => found?.() ?? false)
    .finally(() => {
      asking = null;
    });
  return asking;
};

const untilAsker = async (): Promise<Ask | null> => {
  if (ask !== null) return ask;
  const registered = new Promise<Ask | null>((resolve) => waiting.add(resolve));
  const timer = setTimeout(() => {
    for (const resolve of waiting) resolve(null);
  }, MAX_WAIT_MS);
  const found = await registered;
  clearTimeout(timer);
  waiting.clear();
  return found;
};
