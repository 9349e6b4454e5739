/** Why a request did not get its answer: the closed set that screens translate into words. */
export type Failure = ApiError | Unreachable;

/** A field that the server refused, by its path in the body. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** The server answered with a problem (RFC 9457). `code` is stable; texts are ours, by code. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** Seconds after which a repeat makes sense, from `Retry-After`. */
  readonly retryAfterS: number | null;
  readonly fields: readonly FieldError[];
  /** All members of the problem, such as the `mfa_token` of a sign-in. Not checked. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(init: {
    status: number;
    code: string;
    retryAfterS?: number | null;
    fields?: readonly FieldError[];
    members?: Readonly<Record<string, unknown>>;
  }) {
    super(`${init.status} ${init.code}`);
    this.status = init.status;
    this.code = init.code;
    this.retryAfterS = init.retryAfterS ?? null;
    this.fields = init.fields ?? [];
    this.members = init.members ?? {};
  }

  /** True when the same request may succeed a little later without anybody doing anything. */
  get temporary(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

/** No answer came: the network or the server is away. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly temporary = true;

  constructor(cause?: unknown) {
    super('the server did not answer', { cause });
  }
}

export const isFailure = (error: unknown): error is Failure =>
  error instanceof ApiError || error instanceof Unreachable;

/** True when the server answered with this code. */
export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof ApiError && error.code === code;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const readFields = (value: unknown): readonly FieldError[] =>
  Array.isArray(value)
    ? value.flatMap((entry: unknown) =>
        isRecord(entry) && typeof entry.path === 'string' && typeof entry.message === 'string'
          ? [{ path: entry.path, message: entry.message }]
          : [],
      )
    : [];

/** `Retry-After` in seconds; the header may also be a date (RFC 9110, 10.2.3). */
const readRetryAfter = (response: Response): number | null => {
  const header = response.headers.get('retry-after');
  if (header === null) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
};

/** The problem that a refused response carries; something in between (a proxy) may answer without one. */
export const readProblem = async (response: Response): Promise<ApiError> => {
  const body: unknown = await response.json().catch(() => null);
  const problem = isRecord(body) ? body : {};
  return new ApiError({
    status: response.status,
    code: typeof problem.code === 'string' ? problem.code : 'unknown',
    retryAfterS: readRetryAfter(response),
    fields: readFields(problem.errors),
    members: problem,
  });
};
