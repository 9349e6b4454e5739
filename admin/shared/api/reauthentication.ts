type Ask = () => Promise<boolean>;

let ask: Ask | null = null;
let asking: Promise<boolean> | null = null;

/** Registers what asks the person for the password again; returns what takes it back. */
export const onReauthentication = (next: Ask): (() => void) => {
  ask = next;
  return () => {
    if (ask === next) ask = null;
  };
};

/**
 * Asks the person to show the password or a factor again: once for all requests that wait for it. True when the session
 * is fresh now, false when the person does not want to or nothing can ask.
 */
export const reauthenticate = (): Promise<boolean> => {
  asking ??= (ask?.() ?? Promise.resolve(false)).finally(() => {
    asking = null;
  });
  return asking;
};
