type Ask = () => Promise<boolean>;

/** What asks is loaded late, so a request may come before it. */
const next = () => {
  let register: (ask: Ask) => void = () => undefined;
  const asker = new Promise<Ask>((resolve) => {
    register = resolve;
  });
  return { asker, register };
};

let registration = next();
let asking: Promise<boolean> | null = null;

/** Registers what asks the person for the password again; returns what takes it back. */
export const onReauthentication = (ask: Ask): (() => void) => {
  registration.register(ask);
  return () => {
    registration = next();
  };
};

/**
 * Asks the person to show the password or a factor again: once for all requests that wait for it. True when the session
 * is fresh now, false when the person does not want to.
 */
export const reauthenticate = (): Promise<boolean> => {
  asking ??= registration.asker
    .then((ask) => ask())
    .finally(() => {
      asking = null;
    });
  return asking;
};
