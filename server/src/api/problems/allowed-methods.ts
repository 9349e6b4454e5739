import { endpoints } from '@wardbell/contract';
import { API_PREFIX } from '../endpoint/endpoint.js';

const ROUTES: readonly { readonly pattern: RegExp; readonly method: string }[] = endpoints.map(
  ({ path, method }) => ({
    pattern: new RegExp(`^${API_PREFIX}${path.replaceAll(/\/:\w+/g, '/[^/]+')}$`),
    method,
  }),
);

/** Methods that the API offers at a URL, to tell 405 from 404. Empty for an unknown path. */
export const allowedMethods = (url: string): readonly string[] => {
  const path = url.split('?', 1)[0] ?? url;
  return ROUTES.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
};
