import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../platform/config/config.js';
import { KNOWN_DAYS } from './known-browsers.js';
import { cookieOptions } from './refresh-cookie.js';

const NAME = 'wardbell_browser';
const MAX_AGE_S = KNOWN_DAYS * 24 * 60 * 60;

/** The text of `KnownBrowsers`. It outlives the session, because it is needed by the next sign-in. */
export const readBrowserCookie = (request: FastifyRequest): string | undefined => request.cookies[NAME];

export const setBrowserCookie = (
  request: FastifyRequest,
  reply: FastifyReply,
  config: Pick<Config, 'production'>,
  text: string,
): void => {
  reply.setCookie(NAME, text, { ...cookieOptions(request, config), maxAge: MAX_AGE_S });
};
