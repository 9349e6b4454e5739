/**
 * The closed table of failures that HTTP clients can see: stable code, status and public title. The cause is private:
 * the log contains the class and code of `Problem.cause`, never its message.
 */
const PROBLEMS = {
  malformed_request: [400, 'The request could not be read'],
  invalid_logout_token: [400, 'This logout token is not valid'],
  logout_failed: [400, 'The sessions could not be ended now; send another logout token'],
  invalid_range: [400, 'These are no two times, the earlier one first'],
  authentication_required: [401, 'Sign in first'],
  token_expired: [401, 'The access token has expired'],
  invalid_token: [401, 'The access token is not valid'],
  access_revoked: [401, 'Access was revoked'],
  session_locked: [403, 'The session is locked until its person signs in again'],
  invalid_credentials: [401, 'E-mail address or password is wrong'],
  second_factor_required: [401, 'Show a second factor'],
  invalid_mfa_token: [401, 'This sign-in has ended; start again'],
  invalid_change_token: [401, 'The time to change the password is over; sign in again'],
  invalid_refresh_token: [401, 'The session has ended; sign in again'],
  forbidden: [403, 'Your role may not do this'],
  field_not_allowed: [403, 'Your role may not write one of these fields'],
  origin_not_allowed: [403, 'This origin may not call the API'],
  wrong_password: [403, 'The present password is wrong'],
  wrong_pin: [403, 'The PIN is wrong'],
  pin_refused: [403, 'The PIN does not unlock this session any more; show the password or a passkey'],
  wrong_code: [403, 'The code is wrong, or was used before'],
  password_change_required: [403, 'Choose a password of your own'],
  second_factor_enrolment_required: [403, 'Set up a second factor, then sign in again'],
  reauthentication_required: [403, 'Show your password or another factor again'],
  restricted: [403, 'This record is restricted'],
  role_not_allowed: [403, 'You may not give this role'],
  topic_not_allowed: [403, 'One of these topics is not for your role'],
  has_clinical_notes: [403, 'This patient has clinical notes; ask clinical staff to delete the record'],
  tenant_suspended: [403, 'This tenant is suspended'],
  clinic_has_admin: [403, 'This clinic has an administrator, who makes this link'],
  not_found: [404, 'There is nothing here'],
  method_not_allowed: [405, 'This method is not offered here'],
  not_acceptable: [406, 'Accept text/event-stream or application/json'],
  external_account: [409, 'Your account is kept by your identity provider'],
  account_disabled: [409, 'This account is disabled; enable it first'],
  already_decided: [409, 'Somebody has decided this already'],
  email_taken: [409, 'This e-mail address is already in use'],
  idempotency_in_progress: [409, 'The first request with this Idempotency-Key is still running'],
  invalid_transition: [409, 'This status cannot follow the present one'],
  mrn_taken: [409, 'This MRN is already in use'],
  name_taken: [409, 'This name is already in use'],
  not_acknowledged: [409, 'Acknowledge this notice first'],
  not_restricted: [409, 'This patient is not restricted'],
  own_account: [409, 'You cannot do this to your own account'],
  patient_has_appointments: [409, 'This patient has too many appointments; delete some of them first'],
  patient_changed: [409, 'One of these records was changed meanwhile; compare them again'],
  patient_merged: [409, 'This record was merged into another one'],
  patient_restricted: [409, 'A restricted record cannot be merged; lift the restriction first'],
  passkeys_unavailable: [409, 'Passkeys need the setting PUBLIC_URL on this server'],
  overlapping_appointments: [409, 'Upcoming appointments overlap; move or cancel them first'],
  record_in_use: [409, 'Appointments have this record; make it inactive instead'],
  second_factor_demanded: [409, 'Your clinic demands a second factor; add another one first'],
  slug_taken: [409, 'This slug is already in use'],
  too_many_objects: [409, 'There are as many of these as a tenant may have'],
  tenant_not_empty: [409, 'Suspend this tenant before you delete it: it has patients'],
  closed_by_administrator: [409, 'An administrator has closed this connection'],
  conflict: [409, 'This conflicts with what others have saved'],
  invalid_invitation: [410, 'This link has expired or was used'],
  events_expired: [410, 'Events that old are no longer kept'],
  purged: [410, 'What this request made was purged'],
  resync_required: [410, 'This position cannot be served; load again'],
  version_mismatch: [412, 'Somebody saved a newer version'],
  payload_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'This media type is not taken here; send application/json'],
  below_floor: [422, 'The policy is less strict than it must be here'],
  invalid_passkey: [422, 'This passkey could not be verified'],
  weak_password: [422, 'This password is too easy to guess'],
  patient_archived: [422, 'This patient is archived; bring the record back first'],
  reserved_type: [422, 'This type is reserved for Wardbell itself'],
  schema_violation: [422, 'The data does not meet the schema of its type'],
  validation_failed: [422, 'Some fields are not valid'],
  idempotency_mismatch: [422, 'This Idempotency-Key was used with another body'],
  limit_above_ceiling: [422, 'A limit is above the ceiling of this tenant'],
  unknown_policy: [422, 'There is no such escalation policy'],
  unknown_patient: [422, 'There is no such patient'],
  unknown_tenant: [422, 'There is no such tenant'],
  too_many_attempts: [429, 'Too many attempts; wait'],
  internal_error: [500, 'Something went wrong on our side'],
  busy: [503, 'Too much is waiting at the moment; try again'],
  identity_provider_unavailable: [503, 'The identity provider cannot be reached; try again'],
  unavailable: [503, 'The database cannot be reached; try again'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);

/** HTTP status of a problem. */
export const statusOf = (code: ProblemCode): number => PROBLEMS[code][0];

/** Public title of a problem. */
export const titleOf = (code: ProblemCode): string => PROBLEMS[code][1];

export interface ProblemOptions {
  /** Public. Must not contain input of a user. */
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** Further members of the body (RFC 9457, 3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Seconds, sent as `Retry-After`. */
  readonly retryAfterS?: number;
  readonly cause?: unknown;
}

/** A failure with a stable code (RFC 9457). May be thrown anywhere in a request; `ProblemFilter` sends the response. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly errors: ProblemOptions['errors'];
  readonly members: ProblemOptions['members'];
  readonly retryAfterS: number | undefined;

  constructor(
    readonly code: ProblemCode,
    options: ProblemOptions = {},
  ) {
    const [status, title] = PROBLEMS[code];
    super(title, { cause: options.cause });
    this.status = status;
    this.title = title;
    this.detail = options.detail;
    this.errors = options.errors;
    this.members = options.members;
    this.retryAfterS = options.retryAfterS;
  }

  /** The response body. */
  toJSON() {
    return {
      type: `urn:wardbell:problem:${this.code}`,
      title: this.title,
      status: this.status,
      code: this.code,
      ...this.members,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
  }
}
