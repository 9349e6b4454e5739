import { z } from 'zod';
import { Subject } from './external-user.js';
import { Role } from './roles.js';
import { line, Timestamp, Uuid, Version } from './text.js';

export const UserStatus = z.enum(['active', 'disabled']);
/** Lower-cased, because addresses are unique in the installation regardless of case. */
export const Email = z
  .email()
  .max(254)
  .transform((value) => value.toLowerCase());
const PASSWORD_LENGTH = { minLength: 12, maxLength: 128 };
/** Bounds for the length in characters, whichever they are, and no composition rules (NIST SP 800-63B). */
export const Password = z
  .string()
  .refine((text) => {
    const { length } = [...text];
    return length >= PASSWORD_LENGTH.minLength && length <= PASSWORD_LENGTH.maxLength;
  }, 'must have 12 to 128 characters')
  .meta(PASSWORD_LENGTH);

const writable = { email: Email, name: line(1, 200), role: Role, status: UserStatus, password: Password };

/**
 * Body of `POST /users`. Only super admins may set `tenant_id`; a `super_admin` has none. With `invitation` in the place of a
 * password, nobody can sign in until the person has chosen one by a link (`POST /users/{id}/invitation`).
 */
export const UserCreate = z
  .strictObject({
    email: writable.email,
    name: writable.name,
    role: writable.role,
    status: writable.status.default('active'),
    password: writable.password.optional(),
    invitation: z.literal(true).optional(),
    tenant_id: Uuid.nullable().optional(),
  })
  .refine((body) => (body.password === undefined) !== (body.invitation === undefined), {
    path: ['password'],
    message: 'is required, or an invitation in its place',
  });
export type UserCreate = z.infer<typeof UserCreate>;

/** Body of `PATCH /users/{id}`. */
export const UserUpdate = z
  .strictObject(writable)
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'must change at least one field');
export type UserUpdate = z.infer<typeof UserUpdate>;

export const User = z
  .object({
    id: Uuid,
    tenant_id: Uuid.nullable(),
    email: z.string(),
    name: z.string(),
    role: Role,
    status: UserStatus,
    version: Version,
    created_at: Timestamp,
    updated_at: Timestamp,
    has_password: z.boolean().optional().meta({
      description:
        'Only in `GET /users` and `GET /users/{id}`; false: was invited, and has not chosen one yet',
    }),
    last_sign_in_at: Timestamp.nullable()
      .optional()
      .meta({ description: 'In the same answers; null: never' }),
    invited_until: Timestamp.nullable().optional().meta({
      description: 'In the same answers: until when the link of an invitation is good; null: there is none',
    }),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

/** A user of the caller's tenant, with the fields that all of its users may see. */
export const Colleague = z.object({ id: Uuid, name: z.string(), role: Role }).meta({ id: 'Colleague' });
export type Colleague = z.infer<typeof Colleague>;

/** Who has signed in. People of an OpenID provider have no account here: their id is `oidc:<slug>:<sub>`. */
export const SignedInUser = User.extend({ id: Subject }).meta({ id: 'SignedInUser' });

/** Response of login and refresh. `expires_in` is in seconds (RFC 6749, 5.1). */
export const TokenAnswer = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int(),
    user: SignedInUser,
  })
  .meta({ id: 'TokenAnswer' });
export type TokenAnswer = z.infer<typeof TokenAnswer>;

/** Claims of an access token (RFC 7519). A valid token of an active tenant is sufficient. */
export const Claims = z
  .object({
    sub: Subject,
    tenant_id: Uuid.optional(),
    role: Role,
    sid: Uuid.optional(),
    iat: z.number().optional(),
    /** When the person signed in at the provider (OpenID Connect Core, 2). */
    auth_time: z.number().optional(),
    exp: z.number(),
  })
  .refine((claims) => (claims.role === 'super_admin') === (claims.tenant_id === undefined), {
    path: ['tenant_id'],
    message: 'is absent for super_admin and only then',
  });
export type Claims = z.infer<typeof Claims>;
