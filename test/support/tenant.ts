import { randomBytes } from 'node:crypto';
import { Tenant, type TenantRole, TokenAnswer, User } from '@wardbell/contract';
import { z } from 'zod';
import { type Answer, type CallOptions, call } from './http.js';
import { type RunningServer, SUPER_ADMIN } from './server.js';

export interface TestUser {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly role: TenantRole;
  readonly token: string;
}

/** A clinic that no other test knows, with one person of each role, signed in. */
export interface TestTenant {
  readonly id: string;
  readonly slug: string;
  readonly admin: TestUser;
  readonly clinician: TestUser;
  readonly frontDesk: TestUser;
  /** A further person, signed in. */
  addUser(role: TenantRole): Promise<TestUser>;
}

type Server = Pick<RunningServer, 'url'>;

const PASSWORD = 'correct horse battery';

/** Calls the API and insists on success, so that a broken preparation fails where it broke. */
export async function must<T extends z.ZodType>(
  schema: T,
  server: Server,
  method: string,
  path: string,
  options: CallOptions,
): Promise<z.output<T>> {
  const answer: Answer = await call(server.url, method, path, options);
  if (answer.status >= 300) {
    throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  return schema.parse(answer.body);
}

/** What an administrator chooses for a new user, good for one sign-in. */
const FIRST_PASSWORD = 'a first password for a colleague';

interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly tenant_id?: string;
}

/** Makes a user through the API, who then chooses the own password and signs in. */
export async function createUser(
  server: Server,
  token: string,
  user: NewUser,
  password = PASSWORD,
): Promise<{ readonly id: string; readonly token: string }> {
  const { id } = await addUser(server, token, user);
  return { id, token: await signInFirst(server, user.email, password) };
}

const addUser = (server: Server, token: string, user: NewUser): Promise<User> =>
  must(User, server, 'POST', '/users', { token, body: { ...user, password: FIRST_PASSWORD } });

/** Chooses the own password, and signs in with it. */
async function signInFirst(server: Server, email: string, password: string): Promise<string> {
  await chooseFirstPassword(server, email, FIRST_PASSWORD, password);
  return signIn(server, email, password);
}

/** Replaces the password that an administrator has chosen, as the first sign-in demands. */
export async function chooseFirstPassword(
  server: Server,
  email: string,
  first: string,
  password: string,
): Promise<void> {
  const refused = await call(server.url, 'POST', '/auth/login', { body: { email, password: first } });
  const { change_token } = PasswordChangeRequired.parse(refused.body);
  const changed = await call(server.url, 'POST', '/auth/password', {
    body: { change_token, new_password: password },
  });
  if (changed.status !== 204) throw new Error(`POST /auth/password answered ${changed.status}`);
}

const PasswordChangeRequired = z.object({
  code: z.literal('password_change_required'),
  change_token: z.string(),
});

export async function signIn(server: Server, email: string, password: string): Promise<string> {
  const answer = await must(TokenAnswer, server, 'POST', '/auth/login', { body: { email, password } });
  return answer.access_token;
}

/** A token that counts as a fresh sign-in: that of the same session, unless it has expired. */
async function freshToken(server: Server, { email, password, token }: TestUser): Promise<string> {
  const { status } = await call(server.url, 'POST', '/auth/reauthenticate', { token, body: { password } });
  return status < 300 ? token : signIn(server, email, password);
}

/** The access token of the installation's super admin. */
export const signInSuperAdmin = (server: Server): Promise<string> =>
  signIn(server, SUPER_ADMIN.email, SUPER_ADMIN.password);

/**
 * Makes a tenant and its people through the API: a super admin adds the first three, since there is no admin yet who would
 * have to approve, and the admin adds others.
 */
export async function createTenant(server: Server, superToken?: string): Promise<TestTenant> {
  const token = superToken ?? (await signInSuperAdmin(server));
  const slug = `clinic-${randomBytes(6).toString('hex')}`;
  const { id } = await must(Tenant, server, 'POST', '/tenants', {
    token,
    body: { name: `Clinic ${slug}`, slug },
  });
  const newUser = (role: TenantRole): NewUser => ({
    email: `${role}-${randomBytes(6).toString('hex')}@${slug}.test`,
    name: `Test ${role}`,
    role,
  });
  const enter = async (role: TenantRole, { email }: NewUser, userId: string): Promise<TestUser> => ({
    id: userId,
    email,
    password: PASSWORD,
    role,
    token: await signInFirst(server, email, PASSWORD),
  });
  const roles = ['tenant_admin', 'clinician', 'front_desk'] as const;
  const added = await Promise.all(
    roles.map(async (role) => {
      const user = newUser(role);
      return { role, user, id: (await addUser(server, token, { ...user, tenant_id: id })).id };
    }),
  );
  const [admin, clinician, frontDesk] = await Promise.all(
    added.map((one) => enter(one.role, one.user, one.id)),
  );
  if (!admin || !clinician || !frontDesk) throw new Error('somebody is missing');
  return {
    ...{ id, slug, admin, clinician, frontDesk },
    addUser: async (role) => {
      const user = newUser(role);
      const added = await addUser(server, admin.token, user).catch(async () =>
        addUser(server, await freshToken(server, admin), user),
      );
      return enter(role, user, added.id);
    },
  };
}
