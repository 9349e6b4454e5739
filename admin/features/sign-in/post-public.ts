import { addressOf, send } from '../../shared/api/api';
import { readProblem } from '../../shared/api/failure';
import type { Answer, Body, EndpointOf } from '../../shared/api/types';

type Path =
  | '/auth/password'
  | '/auth/invitation'
  | '/auth/invitation/accept'
  | '/auth/second-factor/passkey-options'
  | '/auth/passkey-login/options';

const read = async (response: Response) => (response.status === 204 ? undefined : response.json());

/** Calls a route that needs no access token. Throws `ApiError` or `Unreachable`. */
export const postPublic = async <P extends Path>(
  path: P,
  body?: Body<EndpointOf<'POST', P>>,
): Promise<Answer<EndpointOf<'POST', P>>> => {
  const response = await send(addressOf(path), {
    method: 'POST',
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (!response.ok) throw await readProblem(response);
  return read(response);
};
