import { Controller } from '@nestjs/common';
import { api } from '@wardbell/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BareCall, Call } from '../../api/endpoint/call.js';
import { BareEndpoint, Endpoint } from '../../api/endpoint/endpoint.js';
import { Config } from '../../platform/config/config.js';
import { Problem } from '../../platform/errors/problem.js';
import { deviceOf } from '../sessions/login-session.js';
import { isBackground, SessionActivity } from '../sessions/session-activity.js';
import { AccessGuard } from './access.guard.js';
import { bearerOf } from './bearer.js';
import { browserCookie } from './browser-cookie.js';
import { Invitations } from './invitations.js';
import { KnownBrowsers } from './known-browsers.js';
import { attemptOf } from './login-throttle.js';
import { describeCaller } from './me.js';
import { type Asker, OwnPasswords } from './own-password.js';
import { Reauthentication } from './reauthentication.js';
import { refreshCookie } from './refresh-cookie.js';
import { requireSameOrigin } from './same-origin.js';
import { ScreenLock } from './screen-lock.js';
import { removePin, ScreenPins } from './screen-pin.js';
import { SessionService, type SignedIn } from './session.service.js';
import { SignInService } from './sign-in.service.js';
import { TokenService } from './token.service.js';
import { TokenError } from './token-error.js';

const routes = api.auth;

/**
 * What a browser deletes at a sign-out: pages of the session, such as those that Back would show. Not its cookies, by which
 * the browser is known at the next sign-in, nor its storage, which has the language and the colours and nothing of patients.
 */
const SIGNED_OUT_DATA = '"cache"';

@Controller()
export class AuthController {
  constructor(
    private readonly config: Config,
    private readonly guard: AccessGuard,
    private readonly signIn: SignInService,
    private readonly sessions: SessionService,
    private readonly tokens: TokenService,
    private readonly browsers: KnownBrowsers,
    private readonly ownPasswords: OwnPasswords,
    private readonly invitations: Invitations,
    private readonly reauthentication: Reauthentication,
    private readonly screenLock: ScreenLock,
    private readonly screenPins: ScreenPins,
    private readonly activity: SessionActivity,
  ) {}

  @BareEndpoint(routes.login)
  async login({ body, request, reply }: BareCall<typeof routes.login>): Promise<object> {
    requireSameOrigin(request, this.config.allowedOrigins);
    const known = browserCookie.read(request);
    const attempt = attemptOf(body.email, request.ip, this.browsers.find(known, body.email));
    return this.#welcome(request, reply, await this.signIn.login(attempt, body.password, deviceOf(request)));
  }

  @BareEndpoint(routes.secondFactor)
  async secondFactor({ body, request, reply }: BareCall<typeof routes.secondFactor>): Promise<object> {
    requireSameOrigin(request, this.config.allowedOrigins);
    const { mfa_token: token, ...proof } = body;
    return this.#welcome(
      request,
      reply,
      await this.signIn.completeSecondFactor(token, proof, deviceOf(request)),
    );
  }

  @BareEndpoint(routes.secondFactorOptions)
  async secondFactorOptions({ body, request }: BareCall<typeof routes.secondFactorOptions>): Promise<object> {
    return this.signIn.secondFactorOptions(body.mfa_token, request.ip);
  }

  @BareEndpoint(routes.passkeyLoginOptions)
  async passkeyLoginOptions({ request }: BareCall<typeof routes.passkeyLoginOptions>): Promise<object> {
    return this.signIn.passkeyOptions(request.ip);
  }

  @BareEndpoint(routes.passkeyLogin)
  async passkeyLogin({ body, request, reply }: BareCall<typeof routes.passkeyLogin>): Promise<object> {
    requireSameOrigin(request, this.config.allowedOrigins);
    const { challenge_id, response } = body;
    return this.#welcome(
      request,
      reply,
      await this.signIn.loginWithPasskey(challenge_id, response, deviceOf(request)),
    );
  }

  @BareEndpoint(routes.refresh)
  async refresh({ request, reply }: BareCall<typeof routes.refresh>): Promise<object> {
    requireSameOrigin(request, this.config.allowedOrigins);
    try {
      const { sessionId, ...signedIn } = await this.sessions.refresh(refreshCookie.read(request), request.ip);
      if (!isBackground(request)) this.activity.touch(sessionId);
      return this.#signedIn(request, reply, signedIn);
    } catch (error) {
      // only on 401: a suspended tenant can be reactivated, and an outage of the database ends
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      refreshCookie.clear(request, reply, this.config);
      throw new Problem('invalid_refresh_token', {
        cause: error,
        ...(error.members && { members: error.members }),
      });
    }
  }

  /** Always succeeds: a caller whose session has ended is already signed out. */
  @BareEndpoint(routes.logout)
  async logout({ request, reply }: BareCall<typeof routes.logout>): Promise<void> {
    requireSameOrigin(request, this.config.allowedOrigins);
    await this.sessions.logout(refreshCookie.read(request), request.ip);
    await this.#logoutBearer(request);
    refreshCookie.clear(request, reply, this.config);
    reply.header('clear-site-data', SIGNED_OUT_DATA);
  }

  @BareEndpoint(routes.lock)
  async lock({ principal }: BareCall<typeof routes.lock>): Promise<void> {
    await this.screenLock.lock(principal);
  }

  @BareEndpoint(routes.unlock)
  async unlock({ body, request, reply }: BareCall<typeof routes.unlock>): Promise<object> {
    requireSameOrigin(request, this.config.allowedOrigins);
    return this.#signedIn(
      request,
      reply,
      await this.screenLock.unlock(refreshCookie.read(request), body, this.#asker(request)),
    );
  }

  @BareEndpoint(routes.setPin)
  async setPin({ principal, body, request }: BareCall<typeof routes.setPin>): Promise<void> {
    await this.screenPins.set(principal, body.pin, request.ip);
  }

  @Endpoint(routes.removePin, { unit: 'accounts' })
  async removePin({ tx }: Call<typeof routes.removePin>): Promise<void> {
    await removePin(tx);
  }

  @BareEndpoint(routes.reauthenticate)
  async reauthenticate({ principal, body, request }: BareCall<typeof routes.reauthenticate>): Promise<void> {
    await this.reauthentication.confirm(principal, body, this.#asker(request));
  }

  @BareEndpoint(routes.password)
  async password({ body, request }: BareCall<typeof routes.password>): Promise<void> {
    if ('change_token' in body) {
      await this.ownPasswords.replaceFirst(body.change_token, body.new_password, request.ip);
      return;
    }
    await this.guard.admit(routes.password, request);
    const { principal } = request;
    if (principal === null) throw new Problem('authentication_required');
    const { current_password, new_password } = body;
    await this.ownPasswords.change(principal, current_password, new_password, this.#asker(request));
  }

  @BareEndpoint(routes.invitation)
  async invitation({ body, request }: BareCall<typeof routes.invitation>): Promise<object> {
    return this.invitations.describe(body.token, request.ip);
  }

  @BareEndpoint(routes.acceptInvitation)
  async acceptInvitation({ body, request }: BareCall<typeof routes.acceptInvitation>): Promise<void> {
    await this.invitations.accept(body.token, body.new_password, request.ip);
  }

  @Endpoint(routes.me)
  me({ tx }: Call<typeof routes.me>): Promise<object> {
    return describeCaller(tx);
  }

  #asker(request: FastifyRequest): Asker {
    return {
      address: request.ip,
      findBrowser: (email) => this.browsers.find(browserCookie.read(request), email),
    };
  }

  /** Remembers the browser as one that the account was signed in with. */
  #welcome(request: FastifyRequest, reply: FastifyReply, signedIn: SignedIn): object {
    const known = browserCookie.read(request);
    const { email } = signedIn.answer.user;
    browserCookie.set(request, reply, this.config, this.browsers.remember(known, email));
    return this.#signedIn(request, reply, signedIn);
  }

  #signedIn(request: FastifyRequest, reply: FastifyReply, { answer, refreshToken }: SignedIn): object {
    refreshCookie.set(request, reply, this.config, refreshToken);
    return answer;
  }

  /** Signs out a client without cookies: ends the session of its access token. */
  async #logoutBearer(request: FastifyRequest): Promise<void> {
    const token = bearerOf(request);
    if (token === undefined) return;
    try {
      await this.sessions.logoutSession(await this.tokens.verify(token, request.ip));
    } catch (error) {
      if (!(error instanceof TokenError)) throw error; // there is no session to end for an invalid token
    }
  }
}
