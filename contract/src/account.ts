import { z } from 'zod';
import { EnteredPin } from './pin.js';
import { line, Timestamp, Uuid } from './text.js';
import { Email, Password } from './user.js';

/** Secrets that a request carries back: longer ones are not ours. */
const Secret = z.string().min(1).max(200);
const AnyPassword = z.string().min(1).max(200);

/** Body of `POST /auth/login`. */
export const Login = z.strictObject({ email: Email, password: AnyPassword });

/** Lifetimes of the tokens of a sign-in that needs a further step, in seconds. */
export const MFA_TOKEN_S = 5 * 60;
export const CHANGE_TOKEN_S = 10 * 60;
export const ENROL_TOKEN_S = 10 * 60;
/** How long a password or factor counts as shown just now. */
export const FRESH_S = 5 * 60;
/** Factors that a password can be followed by. */
export const FactorMethod = z.enum(['totp', 'passkey', 'recovery_code']);
export type FactorMethod = z.infer<typeof FactorMethod>;

/** Six digits of an authenticator (RFC 6238), or a recovery code; spaces and hyphens do not matter. */
const Code = z.string().min(6).max(40);

/** The base64url encoding of bytes without padding (RFC 4648, 5). */
const Base64Url = z.string().regex(/^[A-Za-z0-9_-]*$/);
const bytes = (maxCharacters: number) => Base64Url.max(maxCharacters);

/** `AuthenticationResponseJSON` of WebAuthn level 3, without what we do not read. */
export const Assertion = z.object({
  id: bytes(1_400),
  rawId: bytes(1_400),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: bytes(4_000),
    authenticatorData: bytes(4_000),
    signature: bytes(4_000),
    userHandle: bytes(200).optional(),
  }),
});
export type Assertion = z.infer<typeof Assertion>;

/** `RegistrationResponseJSON` of WebAuthn level 3, without what we do not read. */
export const Registration = z.object({
  id: bytes(1_400),
  rawId: bytes(1_400),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: bytes(4_000),
    attestationObject: bytes(6_000),
    transports: z.array(z.string().max(50)).max(10).optional(),
  }),
});
export type Registration = z.infer<typeof Registration>;

/** Options of WebAuthn level 3 in their JSON form, for `PublicKeyCredential.parse…OptionsFromJSON`. */
export const WebAuthnOptions = z
  .record(z.string(), z.unknown())
  .and(z.object({ challenge: z.string().meta({ description: 'Random, base64url' }) }));

/** Body of `POST /auth/second-factor`. */
export const SecondFactor = z.union([
  z.strictObject({ mfa_token: Secret, code: Code }),
  z.strictObject({ mfa_token: Secret, assertion: Assertion }),
]);
export const MfaToken = z.strictObject({ mfa_token: Secret });

/** Body of `POST /auth/password`: of somebody signed in, or after a sign-in that demanded it. */
export const OwnPassword = z.union([
  z.strictObject({ current_password: AnyPassword, new_password: Password }),
  z.strictObject({ change_token: Secret, new_password: Password }),
]);

/** How long the link by which a person chooses the own password is good for. */
export const INVITATION_HOURS = 72;

/** A link to be handed over, shown once. */
export const Invitation = z
  .object({
    token: z.string().meta({
      description: 'The link is `<address of the console>/invitation/#<token>`: browsers send no fragment',
    }),
    expires_at: Timestamp,
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.infer<typeof Invitation>;

/** Body of `POST /auth/invitation`. */
export const InvitationToken = z.strictObject({ token: Secret });
/** Whom an invitation is for. */
export const Invited = z.object({
  email: z.string(),
  name: z.string(),
  clinic: z.string().nullable().meta({ description: 'Its name; null for a super admin' }),
  expires_at: Timestamp,
});
export type Invited = z.infer<typeof Invited>;
/** Body of `POST /auth/invitation/accept`. */
export const InvitationAcceptance = z.strictObject({ token: Secret, new_password: Password });

/** Body of `POST /auth/reauthenticate`. */
export const Reauthentication = z.union([
  z.strictObject({ password: AnyPassword }),
  z.strictObject({ code: Code }),
  z.strictObject({ assertion: Assertion }),
]);
/**
 * Body of `POST /auth/unlock`: the password, the PIN, or a passkey with the options of `POST /auth/passkey-login/options`.
 */
export const Unlock = z.union([
  z.strictObject({ password: AnyPassword }),
  z.strictObject({ pin: EnteredPin }),
  z.strictObject({ assertion: Assertion }),
]);
export type Unlock = z.infer<typeof Unlock>;

export type Reauthentication = z.infer<typeof Reauthentication>;

/** A new TOTP secret (RFC 6238: SHA-1, six digits, 30 s), base32 and as a URI for a QR code. */
export const TotpSecret = z.object({ secret: z.string(), otpauth_uri: z.string() });
export const TotpCode = z.strictObject({ code: z.string().regex(/^\d{6}$/, 'must be six digits') });
export const RecoveryCodes = z.object({ recovery_codes: z.array(z.string()) });

export const PasskeyCreate = z.strictObject({ name: line(1, 100), response: Registration });
export const Passkey = z
  .object({ id: Uuid, name: z.string(), created_at: Timestamp, last_used_at: Timestamp.nullable() })
  .meta({ id: 'Passkey' });
export type Passkey = z.infer<typeof Passkey>;
export const PasskeyLoginOptions = z.object({ challenge_id: Uuid, options: WebAuthnOptions });
export const PasskeyLogin = z.strictObject({ challenge_id: Uuid, response: Assertion });

/** Sign-in factors of the caller besides the password. */
export const Factors = z.object({ totp: z.boolean(), passkeys: z.int(), recovery_codes: z.int() });
export type Factors = z.infer<typeof Factors>;

/** A signed-in session: one browser or device. */
export const LoginSession = z
  .object({
    id: Uuid,
    created_at: Timestamp,
    last_used_at: Timestamp.meta({ description: 'The last action of a person, up to 5 s late' }),
    address: z.string().nullable(),
    client: z.string().nullable().meta({ description: 'User-Agent at sign-in' }),
    current: z.boolean(),
  })
  .meta({ id: 'LoginSession' });
export type LoginSession = z.infer<typeof LoginSession>;
export const LoginSessions = z.object({ data: z.array(LoginSession) });

/** From the least to the most strict. */
export const SECOND_FACTOR_DEMANDS = ['optional', 'admins', 'everybody'] as const;

/** How people of a tenant sign in. */
export const SecurityPolicy = z
  .strictObject({
    second_factor: z.enum(SECOND_FACTOR_DEMANDS),
    idle_minutes: z.int().min(5).max(720),
    absolute_hours: z.int().min(1).max(168),
    max_sessions_per_user: z.int().min(1).max(100),
  })
  .meta({ id: 'SecurityPolicy' });
export type SecurityPolicy = z.infer<typeof SecurityPolicy>;

export const DEFAULT_SECURITY_POLICY: SecurityPolicy = {
  second_factor: 'optional',
  idle_minutes: 30,
  absolute_hours: 12,
  max_sessions_per_user: 10,
};

/** The least strict values that a policy may have; a field that is absent has no such bound. */
export const SecurityFloor = SecurityPolicy.partial();
export type SecurityFloor = z.infer<typeof SecurityFloor>;

export const TenantSecurity = z
  .object({ policy: SecurityPolicy, floor: SecurityFloor })
  .meta({ id: 'TenantSecurity' });
export type TenantSecurity = z.infer<typeof TenantSecurity>;

/** Body of `PUT /tenants/{id}/security`. Fields of the policy that are absent stay as they are. */
export const TenantSecurityChange = z.strictObject({
  policy: SecurityPolicy.partial().optional(),
  floor: SecurityFloor.optional(),
});
export type TenantSecurityChange = z.infer<typeof TenantSecurityChange>;
