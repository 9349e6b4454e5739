import { KNOWN_DAYS } from './known-browsers.js';
import { SignInCookie } from './sign-in-cookie.js';

/** The text of `KnownBrowsers`. It outlives the session, because it is needed by the next sign-in. */
export const browserCookie = new SignInCookie('wardbell_browser', KNOWN_DAYS * 24 * 60 * 60);
