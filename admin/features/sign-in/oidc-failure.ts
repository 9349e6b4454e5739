import type { Described } from '../../shared/api/describe-failure';
import type { SignInText } from './messages';

/** Takes the code of a failed sign-in at a provider out of the URL, and says what it means; null: there is none. */
export function takeOidcFailure({ providerFailure: words }: SignInText): Described | null {
  const url = new URL(location.href);
  const code = url.searchParams.get('oidc_error');
  if (code === null) return null;
  url.searchParams.delete('oidc_error');
  history.replaceState(null, '', url);
  return isKnown(code, words) ? words[code] : words.failed;
}

const isKnown = (code: string, words: SignInText['providerFailure']): code is keyof typeof words =>
  Object.hasOwn(words, code);
