import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../platform/config/config.js';

const NAME = 'wardbell_refresh';
const PATH = '/api/v1/auth';
/** The maximum lifetime of a session in seconds; the server ends sessions earlier where necessary. */
const MAX_AGE_S = 7 * 24 * 60 * 60;

/** Options of the cookies of sign-in. */
export const cookieOptions = (request: FastifyRequest, config: Pick<Config, 'production'>) =>
  ({
    path: PATH,
    httpOnly: true,
    sameSite: 'strict',
    secure: config.production || request.protocol === 'https',
  }) as const;

/** The refresh token of a request. */
export const readRefreshCookie = (request: FastifyRequest): string | undefined => request.cookies[NAME];

export const setRefreshCookie = (
  request: FastifyRequest,
  reply: FastifyReply,
  config: Pick<Config, 'production'>,
  token: string,
): void => {
  reply.setCookie(NAME, token, { ...cookieOptions(request, config), maxAge: MAX_AGE_S });
};

export const clearRefreshCookie = (
  request: FastifyRequest,
  reply: FastifyReply,
  config: Pick<Config, 'production'>,
): void => {
  reply.clearCookie(NAME, cookieOptions(request, config));
};
