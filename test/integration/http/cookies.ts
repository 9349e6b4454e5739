import { TokenAnswer } from '@wardbell/contract';
import type { RunningServer } from '../../support/server.js';

/** Over https the names have the prefix of cookies that belong to one host. */
const NAME = /^(?:__Host-)?wardbell_refresh$/;
const KNOWN_NAME = /^(?:__Host-)?wardbell_browser$/;

/** A browser as far as signing in goes: it keeps the two cookies and sends them back. */
export class Browser {
  /** The refresh token. */
  cookie: string | undefined;
  /** `Set-Cookie` of the refresh token as it last came. */
  setCookie = '';
  /** By which the browser is known to have signed in before. */
  known: string | undefined;
  /** `Set-Cookie` of `known` as it last came. */
  setKnown = '';

  constructor(
    private readonly server: Pick<RunningServer, 'url'>,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  async post(path: string, body?: object): Promise<Response> {
    const response = await fetch(`${this.server.url}/api/v1/auth/${path}`, {
      method: 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...this.#cookies(),
        ...this.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const setCookie of response.headers.getSetCookie()) {
      const [, name = '', value] = /^([^=]*)=([^;]*)/.exec(setCookie) ?? [];
      if (NAME.test(name)) [this.setCookie, this.cookie] = [setCookie, value || undefined];
      if (KNOWN_NAME.test(name)) [this.setKnown, this.known] = [setCookie, value || undefined];
    }
    return response;
  }

  #cookies(): { cookie?: string } {
    const prefix = this.setCookie.startsWith('__Host-') ? '__Host-' : '';
    const pairs = [
      ...(this.cookie === undefined ? [] : [`${prefix}wardbell_refresh=${this.cookie}`]),
      ...(this.known === undefined ? [] : [`${prefix}wardbell_browser=${this.known}`]),
    ];
    return pairs.length === 0 ? {} : { cookie: pairs.join('; ') };
  }

  /** Signs in and answers the access token. */
  async signIn(email: string, password: string): Promise<string> {
    const response = await this.post('login', { email, password });
    return TokenAnswer.parse(await response.json()).access_token;
  }

  /** Status and, if it went well, the new access token. */
  async refresh(): Promise<{ status: number; token: string | undefined }> {
    const response = await this.post('refresh');
    const answer = TokenAnswer.safeParse(await response.json());
    return { status: response.status, token: answer.data?.access_token };
  }
}
