import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser';
import type { Assertion, Registration } from '@wardbell/contract';

/** Options of WebAuthn as the API sends them; the browser checks them. */
export type WebAuthnOptions = Readonly<Record<string, unknown>>;

/** No passkey came of it: the person closed the dialog of the browser, or the device refused. */
export class PasskeyError extends Error {
  override readonly name = 'PasskeyError';

  constructor(
    readonly reason: 'not_used' | 'already_added',
    cause: unknown,
  ) {
    super(`no passkey: ${reason}`, { cause });
  }
}

/** False where the browser has no WebAuthn, such as in pages that came by plain HTTP. */
export const canUsePasskeys = (): boolean => globalThis.PublicKeyCredential !== undefined;

const run = async <T>(ceremony: () => Promise<T>): Promise<T> => {
  try {
    return await ceremony();
  } catch (error) {
    const isKnown = error instanceof Error && error.name === 'InvalidStateError';
    throw new PasskeyError(isKnown ? 'already_added' : 'not_used', error);
  }
};

/** Asks the browser to make a passkey. Throws `PasskeyError`. */
export const makePasskey = async (options: WebAuthnOptions): Promise<Registration> => {
  const { startRegistration } = await import('@simplewebauthn/browser');
  const made: RegistrationResponseJSON = await run(() =>
    // The contract leaves the options open: they are the standard's, and the browser checks them.
    startRegistration({ optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON }),
  );
  const { id, rawId, response } = made;
  const { clientDataJSON, attestationObject, transports } = response;
  return {
    id,
    rawId,
    type: 'public-key',
    response: { clientDataJSON, attestationObject, ...(transports ? { transports } : {}) },
  };
};

/** Asks the browser to sign with a passkey. Throws `PasskeyError`. */
export const askPasskey = async (options: WebAuthnOptions): Promise<Assertion> => {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  const signed: AuthenticationResponseJSON = await run(() =>
    startAuthentication({ optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON }),
  );
  const { id, rawId, response } = signed;
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  return {
    id,
    rawId,
    type: 'public-key',
    response: { clientDataJSON, authenticatorData, signature, ...(userHandle ? { userHandle } : {}) },
  };
};
