import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Config } from '../../platform/config/config.js';
import { deriveKeys } from '../../platform/config/signing-keys.js';
import { newToken } from '../../platform/secret-token.js';

/** How long a person may take at the provider, in seconds. */
export const SIGN_IN_S = 10 * 60;
/** Tabs of one browser that are at a provider at a time; the latest ones. About 2 KB of cookie. */
const MAX_BEGUN = 4;
const SEPARATOR = '~';

const Begun = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  slug: z.string(),
  returnPath: z.string(),
  /** Our session that is to be confirmed; null: a new one is to be opened. */
  sessionId: z.string().nullable(),
  /** In seconds since 1970. */
  atS: z.number(),
});
/** A sign-in that a browser has begun. */
export type BegunSignIn = z.output<typeof Begun>;

/**
 * Sign-ins at providers that a browser has begun, in a cookie of this browser: an answer of a provider is taken from the
 * browser that asked for it alone, on whichever instance, and once. Signed with a key that is derived from `JWT_SECRET`,
 * so that only what this installation has begun is taken.
 */
@Injectable()
export class BegunSignIns {
  readonly #keys: readonly [Buffer, ...Buffer[]];

  constructor(config: Config) {
    this.#keys = deriveKeys(config, 'wardbell oidc sign-in');
  }

  /** Begins one. @returns it and the new text of the cookie */
  begin(
    text: string | undefined,
    of: Pick<BegunSignIn, 'slug' | 'returnPath' | 'sessionId'>,
    nowMs = Date.now(),
  ): { readonly begun: BegunSignIn; readonly text: string } {
    const begun: BegunSignIn = {
      state: newToken(),
      nonce: newToken(),
      verifier: newToken(),
      slug: of.slug,
      returnPath: of.returnPath,
      sessionId: of.sessionId,
      atS: Math.floor(nowMs / 1000),
    };
    const others = this.#read(text, nowMs).map(({ entry }) => entry);
    return { begun, text: [this.#write(begun), ...others].slice(0, MAX_BEGUN).join(SEPARATOR) };
  }

  /** Takes the one with this state. @returns it, if there is one, and what remains of the cookie: empty, nothing */
  take(
    text: string | undefined,
    state: string | undefined,
    nowMs = Date.now(),
  ): { readonly begun: BegunSignIn | undefined; readonly text: string } {
    const all = this.#read(text, nowMs);
    const taken = all.find(({ begun }) => begun.state === state);
    const others = all.filter((each) => each !== taken).map(({ entry }) => entry);
    return { begun: taken?.begun, text: others.join(SEPARATOR) };
  }

  #write(begun: BegunSignIn): string {
    const payload = Buffer.from(JSON.stringify(begun)).toString('base64url');
    return `${payload}.${sign(this.#keys[0], payload)}`;
  }

  #read(text: string | undefined, nowMs: number): { readonly begun: BegunSignIn; readonly entry: string }[] {
    return (text ?? '').split(SEPARATOR, MAX_BEGUN).flatMap((entry) => {
      const [payload = '', signature = ''] = entry.split('.');
      if (!this.#keys.some((key) => isEqual(sign(key, payload), signature))) return [];
      const begun = Begun.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
      return begun.atS * 1000 + SIGN_IN_S * 1000 < nowMs ? [] : [{ begun, entry }];
    });
  }
}

const sign = (key: Buffer, payload: string): string =>
  createHmac('sha256', key).update(payload).digest('base64url');

const isEqual = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
