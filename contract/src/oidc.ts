import { z } from 'zod';

/** The name of an OpenID provider in URLs. `callback` is a URL of its own. */
export const OidcSlug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/)
  .refine((slug) => slug !== 'callback');

/** Begins the id of each person who signed in at an OpenID provider: `oidc:<slug>:<sub>`. */
export const OIDC_ID_PREFIX = 'oidc:';

/** A provider that people can sign in with. */
export const OidcProvider = z
  .object({
    slug: z.string(),
    name: z.string(),
    url: z.string().meta({ description: 'Where a browser begins to sign in, a path of this server' }),
  })
  .meta({ id: 'OidcProvider' });
export type OidcProvider = z.infer<typeof OidcProvider>;
export const OidcProviders = z.object({ data: z.array(OidcProvider) });

const Flag = z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] });

/** Query of `GET /auth/oidc/{slug}`. */
export const OidcStart = z.object({
  return_to: z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'The path of the console to come back to; anything else leads to its start' }),
  reauthenticate: Flag.optional().meta({
    description: 'Show the provider the own credentials again, for the session that this browser has',
  }),
});

/**
 * Why a sign-in at a provider failed: `oidc_error` of the URL of the console that the browser is sent to.
 *
 * - `unavailable`: the provider cannot be reached
 * - `denied`: the provider, or the person there, refused
 * - `failed`: the answer was not one to a sign-in that this browser has begun, or could not be verified
 * - `no_role`, `no_tenant`: the provider names none that is known here
 * - `super_admin_not_allowed`: the provider may not name super admins
 * - `blocked`: an administrator has shut the person out
 * - `tenant_suspended`
 * - `not_confirmed`: the provider did not confirm that the person of the session has just signed in
 * - `server`: the server could not do it now
 */
export const OidcFailure = z.enum([
  'unavailable',
  'denied',
  'failed',
  'no_role',
  'no_tenant',
  'super_admin_not_allowed',
  'blocked',
  'tenant_suspended',
  'not_confirmed',
  'server',
]);
export type OidcFailure = z.infer<typeof OidcFailure>;

/** Parameters of the URL of the console after a sign-in at a provider: the code of a failure, or that it went well. */
export const OIDC_ERROR_PARAMETER = 'oidc_error';
export const OIDC_DONE_PARAMETER = 'signed_in';

/** Query of `GET /auth/oidc/callback` (RFC 6749, 4.1.2; RFC 9207). */
export const OidcCallback = z.object({
  code: z.string().max(4_000).optional(),
  state: z.string().max(200).optional(),
  error: z.string().max(200).optional(),
  iss: z.string().max(1_000).optional(),
});

/** Body of `POST /auth/oidc/{slug}/backchannel-logout` (OpenID Connect Back-Channel Logout 1.0, 2.5). */
export const BackchannelLogout = z
  .object({ logout_token: z.string().max(7_000) })
  // every answer to an invalid request is 400 (2.8), so the handler refuses what is no token
  .catch({ logout_token: '' });
