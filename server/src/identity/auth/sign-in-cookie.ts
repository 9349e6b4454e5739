import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../platform/config/config.js';

/** Path of the cookies over http, and of those that releases before the prefix have set. */
const AUTH_PATH = '/api/v1/auth';
/** Browsers accept it from this host alone, over https, with `Path=/`: no sibling of the domain can set one. */
const HOST_PREFIX = '__Host-';

type CookieConfig = Pick<Config, 'production'>;

const isSecure = (request: FastifyRequest, { production }: CookieConfig): boolean =>
  production || request.protocol === 'https';

/** A cookie of sign-in: no script reads it, and no other site's page sends it. */
export class SignInCookie {
  readonly #sameSite: 'strict' | 'lax';

  /**
   * @param maxAgeS how long a browser keeps it, in seconds
   * @param options `lax`: it also comes with a link from another site
   */
  constructor(
    private readonly name: string,
    private readonly maxAgeS: number,
    { sameSite = 'strict' }: { readonly sameSite?: 'strict' | 'lax' } = {},
  ) {
    this.#sameSite = sameSite;
  }

  /** Under https too the name without the prefix is read: a browser has it until it is set again after an upgrade. */
  read({ cookies }: FastifyRequest): string | undefined {
    return cookies[HOST_PREFIX + this.name] ?? cookies[this.name];
  }

  /** Only the one that this host has set: under https another host of the domain can set the name without the prefix. */
  readOwn(request: FastifyRequest, config: CookieConfig): string | undefined {
    return request.cookies[isSecure(request, config) ? HOST_PREFIX + this.name : this.name];
  }

  set(request: FastifyRequest, reply: FastifyReply, config: CookieConfig, text: string): void {
    const options = { httpOnly: true, sameSite: this.#sameSite, maxAge: this.maxAgeS } as const;
    if (!isSecure(request, config)) {
      reply.setCookie(this.name, text, { ...options, path: AUTH_PATH });
      return;
    }
    reply.setCookie(HOST_PREFIX + this.name, text, { ...options, path: '/', secure: true });
    this.#clearUnprefixed(request, reply);
  }

  clear(request: FastifyRequest, reply: FastifyReply, config: CookieConfig): void {
    const options = { httpOnly: true, sameSite: this.#sameSite } as const;
    if (!isSecure(request, config)) {
      reply.clearCookie(this.name, { ...options, path: AUTH_PATH });
      return;
    }
    reply.clearCookie(HOST_PREFIX + this.name, { ...options, path: '/', secure: true });
    this.#clearUnprefixed(request, reply);
  }

  #clearUnprefixed({ cookies }: FastifyRequest, reply: FastifyReply): void {
    if (cookies[this.name] !== undefined) reply.clearCookie(this.name, { path: AUTH_PATH, secure: true });
  }
}
