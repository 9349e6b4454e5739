import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { deriveKeys } from '../../platform/config/signing-keys.js';

const DAY_MS = 24 * 60 * 60_000;
/** How long a browser stays known after its last sign-in. */
export const KNOWN_DAYS = 90;
/** Accounts that one browser is known for, such as that of a shared workstation; the latest ones. About 1 KB of cookie. */
const MAX_ACCOUNTS = 20;
/** Id (96 bits), last day since 1970, and signature (128 bits). */
const ENTRY = /^([A-Za-z0-9_-]{16})\.(\d{1,6})\.([A-Za-z0-9_-]{22})$/;
const SEPARATOR = '~';

/**
 * Recognises browsers that have signed an account in before ("device cookies", OWASP). The text, kept in a cookie, has an
 * entry for each account: a random id, the last day, and a signature over both and the e-mail address, which is not in
 * it. Failures of such a browser are counted by its id, so that others' failures cannot shut it out. The key is derived
 * from `JWT_SECRET`, so every instance recognises the browsers of all instances.
 */
@Injectable()
export class KnownBrowsers {
  readonly #keys: readonly [Buffer, ...Buffer[]];

  constructor(config: Config) {
    this.#keys = deriveKeys(config, 'wardbell known browser');
  }

  /** The id of a browser that has signed this account in; undefined for any other text. */
  find(text: string | undefined, email: string, nowMs = Date.now()): string | undefined {
    return this.#entryOf(text, email, nowMs)?.id;
  }

  /** The text for a browser that has just signed this account in. */
  remember(text: string | undefined, email: string, nowMs = Date.now()): string {
    const known = this.#entryOf(text, email, nowMs);
    const id = known?.id ?? randomBytes(12).toString('base64url');
    const lastDay = String(Math.floor(nowMs / DAY_MS) + KNOWN_DAYS);
    const entry = [id, lastDay, sign(this.#keys[0], id, lastDay, email)].join('.');
    const others = entriesOf(text).filter((other) => other !== known?.entry);
    return [entry, ...others].slice(0, MAX_ACCOUNTS).join(SEPARATOR);
  }

  #entryOf(
    text: string | undefined,
    email: string,
    nowMs: number,
  ): { id: string; entry: string } | undefined {
    for (const entry of entriesOf(text)) {
      const [, id = '', lastDay = '', signature = ''] = ENTRY.exec(entry) ?? [];
      if (Number(lastDay) * DAY_MS < nowMs) continue;
      const given = Buffer.from(signature);
      const isOurs = (key: Buffer) => timingSafeEqual(Buffer.from(sign(key, id, lastDay, email)), given);
      if (this.#keys.some(isOurs)) return { id, entry };
    }
    return undefined;
  }
}

const sign = (key: Buffer, id: string, lastDay: string, email: string): string => {
  const mac = createHmac('sha256', key)
    .update(JSON.stringify([id, lastDay, email]))
    .digest();
  return mac.subarray(0, 16).toString('base64url');
};

const entriesOf = (text: string | undefined): string[] =>
  (text ?? '').split(SEPARATOR, MAX_ACCOUNTS).filter((entry) => ENTRY.test(entry));
