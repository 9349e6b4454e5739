import { Injectable } from '@nestjs/common';
import type { Assertion, Passkey, Registration } from '@wardbell/contract';
import type { Tx } from '../../database/tx.js';
import { Problem } from '../../platform/errors/problem.js';
import { toTimestamp } from '../../platform/timestamp.js';
import { beginChallenge, takeStep } from '../sessions/sign-in-steps.js';
import { RelyingParty } from './relying-party.js';

/** Loaded at the first use, because loading it takes 0.5 s of CPU. */
const webAuthn = () => import('@simplewebauthn/server');

const MAX_PASSKEYS = 20;
/** How long a person may take, in milliseconds. The challenge itself ends with its step. */
const TIMEOUT_MS = 5 * 60_000;

interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

interface Stored {
  readonly id: string;
  readonly user_id: string;
  readonly credential_id: string;
  readonly public_key: Uint8Array<ArrayBuffer>;
  readonly counter: bigint;
  readonly transports: string[];
}

/** Passkeys: WebAuthn level 3 credentials with user verification. */
@Injectable()
export class Passkeys {
  constructor(private readonly relyingParty: RelyingParty) {}

  /** Options for a new passkey. @throws Problem `too_many_objects` */
  async registrationOptions(tx: Tx, person: Person, source: string): Promise<object> {
    const present = await this.#of(tx, person.id);
    if (present.length >= MAX_PASSKEYS) throw new Problem('too_many_objects');
    const { generateRegistrationOptions } = await webAuthn();
    const options = await generateRegistrationOptions({
      rpName: 'Wardbell',
      rpID: this.relyingParty.url.id,
      userID: new TextEncoder().encode(person.id),
      userName: person.email,
      userDisplayName: person.name,
      timeout: TIMEOUT_MS,
      attestationType: 'none',
      excludeCredentials: present.map(toDescriptor),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const { challenge } = options;
    await beginChallenge(tx, 'registration', { userId: person.id, source, challenge });
    return options;
  }

  /** @throws Problem `invalid_passkey`, `too_many_objects` */
  async register(
    tx: Tx,
    userId: string,
    { name, response }: { readonly name: string; readonly response: Registration },
  ): Promise<Passkey> {
    const challenge = challengeOf(response.response.clientDataJSON);
    const step = await takeStep(tx, 'registration', challenge);
    if (step?.userId !== userId) throw new Problem('invalid_passkey');
    if ((await this.#of(tx, userId)).length >= MAX_PASSKEYS) throw new Problem('too_many_objects');
    const { verifyRegistrationResponse } = await webAuthn();
    const { registrationInfo } = await verifyRegistrationResponse({
      response: { ...response, response: toRegistration(response.response), clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: this.relyingParty.url.origin,
      expectedRPID: this.relyingParty.url.id,
      requireUserVerification: true,
    }).catch(() => ({ registrationInfo: undefined }));
    if (!registrationInfo) throw new Problem('invalid_passkey');
    const { credential } = registrationInfo;
    const orm = await tx.orm();
    const [created] = await orm.passkey.createManyAndReturn({
      data: {
        user_id: userId,
        credential_id: credential.id,
        public_key: new Uint8Array(credential.publicKey),
        counter: credential.counter,
        transports: response.response.transports ?? [],
        name,
      },
      skipDuplicates: true,
    });
    if (!created) throw new Problem('invalid_passkey'); // it is somebody's already
    return toPasskey(created);
  }

  async list(tx: Tx, userId: string): Promise<Passkey[]> {
    const orm = await tx.orm();
    const rows = await orm.passkey.findMany({ where: { user_id: userId }, orderBy: { created_at: 'asc' } });
    return rows.map(toPasskey);
  }

  /**
   * Options for showing a passkey.
   * @param userId whose; null: of whoever answers
   */
  async assertionOptions(
    tx: Tx,
    { userId, source }: { readonly userId: string | null; readonly source: string },
  ): Promise<{ readonly challengeId: string; readonly options: object }> {
    const allowed = userId === null ? [] : await this.#of(tx, userId);
    const { generateAuthenticationOptions } = await webAuthn();
    const options = await generateAuthenticationOptions({
      rpID: this.relyingParty.url.id,
      timeout: TIMEOUT_MS,
      userVerification: 'required',
      allowCredentials: allowed.map(toDescriptor),
    });
    const challengeId = await beginChallenge(tx, 'assertion', {
      userId,
      source,
      challenge: options.challenge,
    });
    return { challengeId, options };
  }

  /**
   * Checks an assertion against a challenge of ours, which it uses up, and stores the counter.
   * @param challengeId of the only challenge that it may answer
   * @returns the id of the user whose passkey it is; undefined when anything is wrong
   */
  async verify(tx: Tx, assertion: Assertion, challengeId?: string): Promise<string | undefined> {
    const challenge = challengeOf(assertion.response.clientDataJSON);
    const step = await takeStep(tx, 'assertion', challenge);
    const stored = await this.#byCredential(tx, assertion.id);
    if (!step || !stored) return undefined;
    if (step.userId !== null && step.userId !== stored.user_id) return undefined;
    if (challengeId !== undefined && step.id !== challengeId) return undefined;
    const { userHandle } = assertion.response;
    if (userHandle !== undefined && fromBase64Url(userHandle) !== stored.user_id) return undefined;
    const counter = await this.#check(assertion, challenge, stored);
    if (counter === undefined) return undefined;
    const orm = await tx.orm();
    await orm.passkey.update({ where: { id: stored.id }, data: { counter, last_used_at: tx.now } });
    return stored.user_id;
  }

  /** The new signature counter. The library refuses one that has not grown, which a copied authenticator shows. */
  async #check(assertion: Assertion, challenge: string, stored: Stored): Promise<number | undefined> {
    const { verifyAuthenticationResponse } = await webAuthn();
    const result = await verifyAuthenticationResponse({
      response: {
        ...assertion,
        response: toResponse(assertion.response),
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: this.relyingParty.url.origin,
      expectedRPID: this.relyingParty.url.id,
      credential: {
        id: stored.credential_id,
        publicKey: stored.public_key,
        counter: Number(stored.counter),
        transports: stored.transports,
      },
      requireUserVerification: true,
    }).catch(() => undefined);
    return result?.verified ? result.authenticationInfo.newCounter : undefined;
  }

  async #of(tx: Tx, userId: string): Promise<Stored[]> {
    const orm = await tx.orm();
    return orm.passkey.findMany({ where: { user_id: userId } });
  }

  /** Locks the row, so that of two assertions the second sees the counter of the first. */
  async #byCredential(tx: Tx, credentialId: string): Promise<Stored | undefined> {
    const [stored] = await tx.sql.query<Stored[]>`
      SELECT id, user_id, credential_id, public_key, counter, transports FROM wardbell.passkey
      WHERE credential_id = ${credentialId} FOR UPDATE`;
    return stored;
  }
}

const toDescriptor = ({ credential_id, transports }: Stored) => ({ id: credential_id, transports });

const toResponse = ({ userHandle, ...rest }: Assertion['response']) => ({
  ...rest,
  ...(userHandle === undefined ? {} : { userHandle }),
});

const toRegistration = ({ transports, ...rest }: Registration['response']) => ({
  ...rest,
  ...(transports === undefined ? {} : { transports }),
});

const toPasskey = (row: {
  readonly id: string;
  readonly name: string;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
}): Passkey => ({
  id: row.id,
  name: row.name,
  created_at: row.created_at.toISOString(),
  last_used_at: toTimestamp(row.last_used_at),
});

const fromBase64Url = (text: string): string => Buffer.from(text, 'base64url').toString();

/** The challenge that a client says it answers; an empty one when its data cannot be read. */
function challengeOf(clientDataJSON: string): string {
  try {
    const data: unknown = JSON.parse(fromBase64Url(clientDataJSON));
    const challenge: unknown = data instanceof Object ? Reflect.get(data, 'challenge') : undefined;
    return typeof challenge === 'string' ? challenge : '';
  } catch {
    return '';
  }
}
