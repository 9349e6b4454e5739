import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** A client of the provider, in the words of OpenID Connect Dynamic Client Registration 1.0. */
export type OidcClient = Readonly<Record<string, unknown>> & { readonly client_id: string };

export interface ProviderOptions {
  readonly port: number;
  readonly clients: readonly OidcClient[];
  /** Names of claims that ID tokens have besides the standard ones. */
  readonly claims: readonly string[];
  /** The userinfo endpoint has them instead. */
  readonly inUserInfo?: boolean;
}

/** A real OpenID provider on this machine, whose signing key is known to the test. */
export class OidcTestProvider {
  readonly issuer: string;

  private constructor(
    port: number,
    private readonly process: ChildProcess,
    readonly key: CryptoKey,
  ) {
    this.issuer = `http://127.0.0.1:${port}`;
  }

  static async start({ inUserInfo = false, ...options }: ProviderOptions): Promise<OidcTestProvider> {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(privateKey)), kid: 'only', alg: 'RS256', use: 'sig' };
    const child = spawn(process.execPath, [resolve('test/support/oidc-provider-program.mjs')], {
      env: {
        PATH: process.env['PATH'],
        OIDC_PROVIDER: JSON.stringify({ ...options, inUserInfo, jwks: { keys: [jwk] } }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    let output = '';
    await new Promise<void>((done, fail) => {
      for (const stream of [child.stdout, child.stderr])
        createInterface({ input: stream }).on('line', (line) => {
          output += `${line}\n`;
          if (line === 'listening') done();
        });
      child.once('exit', () => fail(new Error(`The provider ended:\n${output}`)));
    });
    return new OidcTestProvider(options.port, child, privateKey);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }

  /** What the provider says of a person from now on. */
  async describe(name: string, claims: object): Promise<void> {
    await fetch(`${this.issuer}/people/${encodeURIComponent(name)}`, {
      method: 'PUT',
      body: JSON.stringify(claims),
    });
  }

  /** A logout token as the provider makes it, for a client, with other claims (undefined: without) and headers. */
  async logoutToken(
    clientId: string,
    claims: JWTPayload,
    header: object = {},
    key: CryptoKey | Uint8Array = this.key,
  ): Promise<string> {
    const nowS = Math.floor(Date.now() / 1000);
    return new SignJWT({
      iss: this.issuer,
      aud: clientId,
      iat: nowS,
      exp: nowS + 120,
      jti: crypto.randomUUID(),
      events: { [LOGOUT_EVENT]: {} },
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'only', typ: 'logout+jwt', ...header })
      .sign(key);
  }
}

/** A page that a visitor has come to. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

/**
 * A browser as far as signing in goes: it keeps cookies by origin and follows redirects. Names of hosts may stand for
 * servers elsewhere, as behind a load balancer.
 */
export class Visitor {
  readonly cookies = new Map<string, Map<string, string>>();
  /** `Set-Cookie` headers as they came. */
  readonly setCookies: string[] = [];
  /** URLs that it was sent to, in their order. */
  readonly trail: string[] = [];

  /** @param hosts where the server of an origin is in truth */
  constructor(
    private readonly hosts: Readonly<Record<string, string>>,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** One request, without following a redirect. */
  async request(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const { origin, pathname, search } = new URL(url);
    const jar = this.cookies.get(origin) ?? new Map<string, string>();
    this.cookies.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch((this.hosts[origin] ?? origin) + pathname + search, {
      redirect: 'manual',
      ...init,
      headers: { ...this.headers, ...(cookie === '' ? {} : { cookie }), ...Object(init.headers) },
    });
    for (const text of response.headers.getSetCookie()) {
      this.setCookies.push(text);
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(text) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(text)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Follows redirects to a page, at most until the next URL would be one that `until` names. */
  async visit(
    url: string | URL,
    until: (next: URL) => boolean = () => false,
    init: RequestInit = {},
  ): Promise<Page> {
    let at = new URL(url);
    let response = await this.request(at, init);
    for (;;) {
      const location = response.headers.get('location');
      if (location === null) return { url: at, status: response.status, text: await response.text() };
      await response.body?.cancel();
      at = new URL(location, at);
      this.trail.push(at.href);
      if (until(at)) return { url: at, status: 0, text: '' };
      response = await this.request(at);
    }
  }

  /** Submits the form of a page with these fields besides its hidden ones. */
  submit(
    page: Page,
    fields: Readonly<Record<string, string>>,
    until?: (next: URL) => boolean,
  ): Promise<Page> {
    const action = /<form[^>]* action="([^"]*)"/.exec(page.text)?.[1] ?? page.url.href;
    const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const body = new URLSearchParams({
      ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])),
      ...fields,
    });
    return this.visit(new URL(action.replaceAll('&amp;', '&'), page.url), until, { method: 'POST', body });
  }
}
