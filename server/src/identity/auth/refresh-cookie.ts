import { SignInCookie } from './sign-in-cookie.js';

/** The maximum lifetime of a session in seconds; the server ends sessions earlier where necessary. */
const MAX_AGE_S = 7 * 24 * 60 * 60;

/** The refresh token. */
export const refreshCookie = new SignInCookie('wardbell_refresh', MAX_AGE_S);
