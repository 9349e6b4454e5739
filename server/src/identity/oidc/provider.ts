import { createRemoteJWKSet, type JWTVerifyGetKey, customFetch as joseFetch } from 'jose';
import * as oidc from 'openid-client';
import type { OidcProviderConfig } from '../../platform/config/oidc-providers.js';
import type { BegunSignIn } from './begun-sign-ins.js';
import { type Identity, isComplete, OidcError, type ProviderClaims, toIdentity } from './identity.js';
import { fetchFromProvider, isUnreachable, PROVIDER_TIMEOUT_MS } from './provider-fetch.js';

/** Age at which the discovery document is read again in the background. */
const REFRESH_MS = 60 * 60_000;
/** The clock of a provider may differ by this much. */
export const CLOCK_TOLERANCE_S = 30;

interface Discovered {
  readonly client: oidc.Configuration;
  /** Keys that sign logout tokens. */
  readonly keys: JWTVerifyGetKey;
  /** By the monotonic clock, in milliseconds. */
  readonly atMs: number;
}

/**
 * An OpenID provider. It is asked at the first sign-in, not at the start: a provider that is away delays nothing. What it
 * said is kept for as long as it gives no other answer.
 */
export class Provider {
  #discovered: Discovered | undefined;
  #discovering: Promise<Discovered> | undefined;

  constructor(
    readonly config: OidcProviderConfig,
    private readonly redirectUri: string,
  ) {}

  /** Where a browser goes to sign in. @throws OidcError `unavailable` */
  async authorizationUrl({ state, nonce, verifier, sessionId }: BegunSignIn): Promise<string> {
    const { client } = await this.#discover();
    const url = oidc.buildAuthorizationUrl(client, {
      redirect_uri: this.redirectUri,
      scope: this.config.scopes,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      // some providers know the one, some the other
      ...(sessionId === null ? {} : { max_age: '0', prompt: 'login' }),
    });
    return url.href;
  }

  /**
   * Exchanges the code of a provider's answer and verifies what comes for it.
   * @param query of the URL that the provider sent the browser to
   * @throws OidcError `unavailable`, `denied`, `failed`, and those of `toIdentity`
   */
  async redeem(query: string, { state, nonce, verifier, sessionId }: BegunSignIn): Promise<Identity> {
    const { client } = await this.#discover();
    const claims = await this.#claimsOf(client, `${this.redirectUri}${query}`, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
      // demands `auth_time`, whose bound depends on when the provider was asked (`confirmOidcSession`)
      ...(sessionId === null ? {} : { maxAge: 24 * 60 * 60 }),
    });
    return toIdentity(claims, this.config);
  }

  /** The keys of its logout tokens. @throws OidcError `unavailable` */
  async logoutKeys(): Promise<{ readonly issuer: string; readonly keys: JWTVerifyGetKey }> {
    const { client, keys } = await this.#discover();
    return { issuer: client.serverMetadata().issuer, keys };
  }

  async #claimsOf(
    client: oidc.Configuration,
    url: string,
    checks: oidc.AuthorizationCodeGrantChecks,
  ): Promise<ProviderClaims> {
    try {
      const tokens = await oidc.authorizationCodeGrant(client, new URL(url), checks);
      const claims = tokens.claims();
      if (claims === undefined) throw new OidcError('failed');
      if (isComplete(claims, this.config) || client.serverMetadata().userinfo_endpoint === undefined)
        return claims;
      const info = await oidc.fetchUserInfo(client, tokens.access_token, claims.sub);
      return { ...info, ...claims };
    } catch (error) {
      throw toOidcError(error);
    }
  }

  async #discover(): Promise<Discovered> {
    const known = this.#discovered;
    if (known === undefined) return this.#discoverOnce();
    if (performance.now() - known.atMs > REFRESH_MS) {
      // what is known serves on, and after a failure for as long again
      this.#discovered = { ...known, atMs: performance.now() };
      this.#discoverOnce().catch(() => undefined);
    }
    return known;
  }

  #discoverOnce(): Promise<Discovered> {
    this.#discovering ??= this.#askProvider()
      .then((discovered) => {
        this.#discovered = discovered;
        return discovered;
      })
      .catch((error: unknown) => {
        throw new OidcError('unavailable', { cause: error });
      })
      .finally(() => {
        this.#discovering = undefined;
      });
    return this.#discovering;
  }

  async #askProvider(): Promise<Discovered> {
    const { issuer, clientId, clientSecret, clientAuthentication } = this.config;
    const client = await oidc.discovery(
      new URL(issuer),
      clientId,
      undefined,
      authenticationOf(clientSecret, clientAuthentication),
      {
        [oidc.customFetch]: fetchFromProvider,
        timeout: PROVIDER_TIMEOUT_MS / 1000,
        // the signature of ID tokens is verified though they come over TLS
        execute: [
          oidc.enableNonRepudiationChecks,
          ...(issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : []),
        ],
      },
    );
    const { jwks_uri } = client.serverMetadata();
    if (jwks_uri === undefined) throw new Error('the provider names no keys');
    const keysUrl = new URL(jwks_uri);
    if (issuer.startsWith('https:') && keysUrl.protocol !== 'https:')
      throw new Error('the keys of the provider are not at an https URL');
    const keys = createRemoteJWKSet(keysUrl, {
      [joseFetch]: fetchFromProvider,
      timeoutDuration: PROVIDER_TIMEOUT_MS,
    });
    return { client, keys, atMs: performance.now() };
  }
}

const authenticationOf = (
  secret: string | undefined,
  method: OidcProviderConfig['clientAuthentication'],
): oidc.ClientAuth => {
  if (secret === undefined) return oidc.None();
  return method === 'client_secret_basic' ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret);
};

/** Answers of the authorization endpoint (RFC 6749, 4.1.2.1) that say that the provider cannot serve now. */
const TEMPORARY: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable']);

const toOidcError = (error: unknown): OidcError => {
  if (error instanceof OidcError) return error;
  if (isUnreachable(error)) return new OidcError('unavailable', { cause: error });
  if (error instanceof oidc.AuthorizationResponseError)
    return new OidcError(TEMPORARY.has(error.error) ? 'unavailable' : 'denied', { cause: error });
  return new OidcError('failed', { cause: error });
};
