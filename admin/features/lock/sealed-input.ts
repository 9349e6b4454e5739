import {
  collectInput,
  forgetInput,
  type Input,
  putBackInput,
  SEALED_KEY,
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

/** Encrypts input into the storage of this tab, for this person alone. Without Web Crypto nothing is kept. */
export const sealInput = async (
  input: ReturnType<typeof collectInput>,
  sessionKey: string,
  userId: string,
): Promise<void> => {
  if (Object.keys(input).length === 0) return;
  const key = await importKey(sessionKey);
  if (key === null) return;
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const additionalData = encode(userId);
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData },
    key,
    encode(JSON.stringify(input)),
  );
  sessionStorage.setItem(SEALED_KEY, `${toBase64(iv)}.${toBase64(new Uint8Array(sealed))}`);
};

const isInput = (value: unknown): value is Record<string, Input> =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((entry) => typeof entry === 'object' && entry !== null);

/** Gives the input of this tab back to its forms. What another session has encrypted is thrown away. */
export const openInput = async (sessionKey: string, userId: string): Promise<void> => {
  const stored = sessionStorage.getItem(SEALED_KEY);
  if (stored === null) return;
  forgetInput();
  try {
    const [iv = '', sealed = ''] = stored.split('.');
    const key = await importKey(sessionKey);
    if (key === null) return;
    const text = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: fromBase64(iv), additionalData: encode(userId) },
      key,
      fromBase64(sealed),
    );
    const input: unknown = JSON.parse(new TextDecoder().decode(text));
    if (isInput(input)) putBackInput(input);
  } catch {
    // Of another session or person: it cannot be read, and is gone.
  }
};
