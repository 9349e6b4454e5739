import {
  type collectInput,
  dropSealed,
  type Input,
  putBackInput,
  sealedOf,
  storeSealed,
} from '../../shared/session/kept-input';

const NONCE_BYTES = 12;

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );
const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/** The key of a session (AES-256-GCM); null where the browser has no Web Crypto, as in pages that came by plain HTTP. */
const importKey = async (key: string): Promise<CryptoKey | null> =>
  crypto.subtle?.importKey('raw', fromBase64(key), 'AES-GCM', false, ['encrypt', 'decrypt']) ?? null;

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A session of ours, whose input is encrypted with its key. */
export interface KeyedSession {
  readonly id: string;
  readonly key: string;
}

/** Encrypts input into the storage of this tab, for this person alone. Without Web Crypto nothing is kept. */
export const sealInput = async (
  input: ReturnType<typeof collectInput>,
  session: KeyedSession,
  userId: string,
): Promise<void> => {
  if (Object.keys(input).length === 0) return;
  const key = await importKey(session.key);
  if (key === null) return;
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const additionalData = encode(userId);
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData },
    key,
    encode(JSON.stringify(input)),
  );
  const data = toBase64(new Uint8Array(sealed));
  storeSealed(session.id, { user: userId, atMs: Date.now(), iv: toBase64(iv), data });
};

const isInput = (value: unknown): value is Record<string, Input> =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((entry) => typeof entry === 'object' && entry !== null);

/**
 * Gives the input of this person back to its forms.
 * @param keyOf the key of a session of this person; null: nobody gets it any more. What it rejects for stays for the next time
 */
export const openInput = async (
  userId: string,
  keyOf: (sessionId: string) => Promise<string | null>,
): Promise<void> => {
  for (const [sessionId, { iv, data }] of sealedOf(userId)) {
    const sessionKey = await keyOf(sessionId);
    dropSealed(sessionId);
    if (sessionKey === null) continue;
    try {
      const key = await importKey(sessionKey);
      if (key === null) continue;
      const text = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: fromBase64(iv), additionalData: encode(userId) },
        key,
        fromBase64(data),
      );
      const input: unknown = JSON.parse(new TextDecoder().decode(text));
      if (isInput(input)) putBackInput(input);
    } catch {
      // Not what this person entered: it cannot be read, and is gone.
    }
  }
};
