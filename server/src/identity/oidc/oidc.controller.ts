import { Controller } from '@nestjs/common';
import { api, OIDC_DONE_PARAMETER, OIDC_ERROR_PARAMETER } from '@wardbell/contract';
import type { FastifyReply } from 'fastify';
import type { BareCall } from '../../api/endpoint/call.js';
import { BareEndpoint } from '../../api/endpoint/endpoint.js';
import { Config } from '../../platform/config/config.js';
import { refreshCookie } from '../auth/refresh-cookie.js';
import { SessionService } from '../auth/session.service.js';
import { SignInCookie } from '../auth/sign-in-cookie.js';
import { deviceOf } from '../sessions/login-session.js';
import { BegunSignIns, SIGN_IN_S } from './begun-sign-ins.js';
import { OidcError } from './identity.js';
import { OidcSignInService } from './oidc-sign-in.service.js';
import { Providers } from './providers.js';
import { toReturnPath, withParameter } from './return-path.js';

const routes = api.auth;

/** The text of `BegunSignIns`. Lax, because the browser comes back from the site of the provider. */
const begunCookie = new SignInCookie('wardbell_oidc', SIGN_IN_S, { sameSite: 'lax' });

/** Sign-in at OpenID providers. */
@Controller()
export class OidcController {
  constructor(
    private readonly config: Config,
    private readonly providers: Providers,
    private readonly begun: BegunSignIns,
    private readonly signIn: OidcSignInService,
    private readonly sessions: SessionService,
  ) {}

  @BareEndpoint(routes.oidcProviders)
  async list(_: BareCall<typeof routes.oidcProviders>): Promise<object> {
    return { data: this.providers.list() };
  }

  @BareEndpoint(routes.oidcStart)
  async start({ slug, query, request, reply }: BareCall<typeof routes.oidcStart>): Promise<void> {
    const provider = this.providers.get(slug);
    const returnPath = toReturnPath(query.return_to);
    try {
      const sessionId = query.reauthenticate
        ? await this.#ownSession(slug, refreshCookie.read(request), request.ip)
        : null;
      const known = begunCookie.readOwn(request, this.config);
      const { begun, text } = this.begun.begin(known, { slug, returnPath, sessionId });
      const url = await provider.authorizationUrl(begun);
      begunCookie.set(request, reply, this.config, text);
      redirect(reply, url);
    } catch (error) {
      const code = this.signIn.refuse(error, slug, request.ip);
      redirect(reply, withParameter(returnPath, OIDC_ERROR_PARAMETER, code));
    }
  }

  @BareEndpoint(routes.oidcCallback)
  async callback({ query, request, reply }: BareCall<typeof routes.oidcCallback>): Promise<void> {
    const { begun, text } = this.begun.take(begunCookie.readOwn(request, this.config), query.state);
    if (text === '') begunCookie.clear(request, reply, this.config);
    else begunCookie.set(request, reply, this.config, text);
    try {
      if (!begun) throw new OidcError('failed');
      const search = request.url.slice(request.url.indexOf('?'));
      const refreshToken = await this.signIn.complete(search, begun, deviceOf(request));
      if (refreshToken !== null) refreshCookie.set(request, reply, this.config, refreshToken);
      redirect(reply, withParameter(begun.returnPath, OIDC_DONE_PARAMETER, begun.slug));
    } catch (error) {
      const code = this.signIn.refuse(error, begun?.slug, request.ip);
      redirect(reply, withParameter(begun?.returnPath ?? '/', OIDC_ERROR_PARAMETER, code));
    }
  }

  @BareEndpoint(routes.oidcBackchannelLogout)
  async logout({ slug, body, request }: BareCall<typeof routes.oidcBackchannelLogout>): Promise<void> {
    await this.signIn.logOut(this.providers.get(slug), body.logout_token, request.ip);
  }

  /** The session of this browser, of this provider. The cookie comes from pages of this site only. */
  async #ownSession(slug: string, token: string | undefined, address: string): Promise<string> {
    const session = await this.sessions.find(token, address);
    if (session?.provider !== slug) throw new OidcError('not_confirmed');
    return session.sessionId;
  }
}

const redirect = (reply: FastifyReply, location: string): void => {
  reply.header('location', location);
};
