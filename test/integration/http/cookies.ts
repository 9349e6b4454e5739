import { TokenAnswer } from '@wardbell/contract';
import type { RunningServer } from '../../support/server.js';

const NAME = 'wardbell_refresh';

/** A browser as far as signing in goes: it keeps the refresh cookie and sends it back. */
export class Browser {
  cookie: string | undefined;
  /** `Set-Cookie` as it last came. */
  setCookie = '';

  constructor(
    private readonly server: Pick<RunningServer, 'url'>,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  async post(path: string, body?: object): Promise<Response> {
    const response = await fetch(`${this.server.url}/api/v1/auth/${path}`, {
      method: 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.cookie === undefined ? {} : { cookie: `${NAME}=${this.cookie}` }),
        ...this.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const [setCookie] = response.headers.getSetCookie();
    if (setCookie !== undefined) {
      this.setCookie = setCookie;
      this.cookie = new RegExp(`^${NAME}=([^;]*)`).exec(setCookie)?.[1] || undefined;
    }
    return response;
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
