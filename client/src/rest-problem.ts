/** The API refused a call (RFC 9457). `code` is for decisions, `message` for people. */
export class RestProblem extends Error {
  override readonly name = 'RestProblem';

  constructor(
    readonly status: number,
    /** Stable code, such as `version_mismatch`; `unknown` when the response is not a problem document. */
    readonly code: string,
    message: string,
    /** Delay before the next attempt, from `Retry-After`. */
    readonly retryAfterMs: number | undefined,
  ) {
    super(message);
  }
}

export const problemOf = async (response: Response): Promise<RestProblem> => {
  const body: unknown = await response.json().catch(() => undefined);
  const { code, title, detail }: Partial<Record<string, unknown>> = Object(body);
  const retryAfterS = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new RestProblem(
    response.status,
    typeof code === 'string' ? code : 'unknown',
    String(detail ?? title ?? response.statusText),
    Number.isFinite(retryAfterS) ? retryAfterS * 1_000 : undefined,
  );
};
