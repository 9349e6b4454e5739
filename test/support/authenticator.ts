import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

/** Flags of authenticator data (WebAuthn level 3, 6.1): user present, user verified, attested credential data. */
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (text: string | Uint8Array): Buffer => createHash('sha256').update(text).digest();
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
/** A CBOR byte string of 24 to 65,535 bytes, encoded as short as it can be (RFC 8949, 3.1 and 4.2.1). */
const cborBytes = (bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(bytes.length < 256 ? [0x58, bytes.length] : [0x59, bytes.length >> 8, bytes.length & 255]),
    bytes,
  ]);
const cborText = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);

export interface AuthenticatorOptions {
  readonly origin: string;
  /** Whether it asks its owner for a finger or PIN. */
  readonly verifiesUser?: boolean;
}

/** A passkey in software (ES256, attestation "none"): what a browser and its authenticator answer together. */
export class Authenticator {
  /** May be set back, as a copied authenticator's is. */
  counter = 0;
  readonly #key: KeyObject;
  readonly #id = randomBytes(32);
  readonly #publicKey: Buffer;
  readonly #flags: number;
  #userHandle: string | undefined;

  constructor(private readonly options: AuthenticatorOptions) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#key = privateKey;
    this.#flags = USER_PRESENT | ((options.verifiesUser ?? true) ? USER_VERIFIED : 0);
    // COSE_Key {1: 2, 3: -7, -1: 1, -2: x, -3: y} (RFC 9053, 7.1.1)
    this.#publicKey = Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
      cborBytes(Buffer.from(x, 'base64url')),
      Buffer.from([0x22]),
      cborBytes(Buffer.from(y, 'base64url')),
    ]);
  }

  /** `RegistrationResponseJSON` for creation options. */
  create(options: { readonly challenge: string; readonly user: { readonly id: string } }) {
    this.#userHandle = options.user.id;
    const length = Buffer.from([0, this.#id.length]);
    const credential = Buffer.concat([Buffer.alloc(16), length, this.#id, this.#publicKey]);
    const authData = Buffer.concat([this.#data(ATTESTED), credential]);
    const attestation = Buffer.concat([
      Buffer.from([0xa3]),
      cborText('fmt'),
      cborText('none'),
      cborText('attStmt'),
      Buffer.from([0xa0]),
      cborText('authData'),
      cborBytes(authData),
    ]);
    return {
      ...this.#credential(),
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge),
        attestationObject: base64url(attestation),
        transports: ['internal'],
      },
    };
  }

  /** `AuthenticationResponseJSON` for request options. */
  get(options: { readonly challenge: string }) {
    this.counter += 1;
    const authData = this.#data(0);
    const clientDataJSON = this.#clientData('webauthn.get', options.challenge);
    const signed = Buffer.concat([authData, sha256(Buffer.from(clientDataJSON, 'base64url'))]);
    return {
      ...this.#credential(),
      response: {
        clientDataJSON,
        authenticatorData: base64url(authData),
        signature: base64url(createSign('sha256').update(signed).sign(this.#key)),
        ...(this.#userHandle === undefined ? {} : { userHandle: this.#userHandle }),
      },
    };
  }

  #credential() {
    const id = base64url(this.#id);
    return { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {} };
  }

  #data(flags: number): Buffer {
    const { hostname } = new URL(this.options.origin);
    return Buffer.concat([sha256(hostname), Buffer.from([this.#flags | flags]), uint32(this.counter)]);
  }

  #clientData(type: string, challenge: string): string {
    return base64url(Buffer.from(JSON.stringify({ type, challenge, origin: this.options.origin })));
  }
}
