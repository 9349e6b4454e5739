import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { Problem } from '../../platform/errors/problem.js';

export interface RelyingPartyUrl {
  /** The host: WebAuthn's relying party id. */
  readonly id: string;
  readonly origin: string;
}

/** The WebAuthn relying party: where people open the console (`PUBLIC_URL`). */
@Injectable()
export class RelyingParty {
  readonly #url: RelyingPartyUrl | undefined;

  constructor({ publicUrl }: Config) {
    if (publicUrl === undefined) return;
    const { hostname, origin } = new URL(publicUrl);
    this.#url = { id: hostname, origin };
  }

  /** @throws Problem `passkeys_unavailable` when `PUBLIC_URL` is not set in production */
  get url(): RelyingPartyUrl {
    if (this.#url === undefined) throw new Problem('passkeys_unavailable');
    return this.#url;
  }
}
