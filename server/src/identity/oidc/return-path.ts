import { API_PREFIX } from '../../api/endpoint/endpoint.js';

/** Any other than the one that paths are resolved against, to notice those that leave it. */
const ORIGIN = 'http://console.invalid';
const MAX_CHARACTERS = 500;

/**
 * The path of the console to come back to after a sign-in: `/` for whatever is not one, so that nobody can send people to
 * another site with a link to this one.
 */
export function toReturnPath(text: string | undefined): string {
  // browsers read a backslash as a slash, and drop tabs and line breaks
  if (text === undefined || text.length > MAX_CHARACTERS || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text))
    return '/';
  if (!URL.canParse(text, ORIGIN)) return '/';
  const { origin, pathname, search } = new URL(text, ORIGIN);
  const isOurs = origin === ORIGIN && !pathname.startsWith('//');
  return isOurs && !`${pathname}/`.startsWith(`${API_PREFIX.split('/', 2).join('/')}/`)
    ? pathname + search
    : '/';
}

/** The path with a parameter more. */
export function withParameter(path: string, name: string, value: string): string {
  const url = new URL(path, ORIGIN);
  url.searchParams.set(name, value);
  return url.pathname + url.search;
}
