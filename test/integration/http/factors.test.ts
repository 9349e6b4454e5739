import { beforeAll, describe, expect, it } from '@jest/globals';
import { api, type Endpoint, TokenAnswer } from '@wardbell/contract';
import { generate } from 'otplib';
import { z } from 'zod';
import { Authenticator } from '../../support/authenticator.js';
import { database, server, startAnother, useServer } from '../../support/fixture.js';
import { createTenant, signInSuperAdmin, type TestTenant, type TestUser } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { ask, fail, succeed } from './harness.js';

const ORIGIN = 'https://clinic.example';
useServer({ env: { PUBLIC_URL: ORIGIN } });

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await createTenant(server, await signInSuperAdmin(server));
});

type Asked = Parameters<typeof ask>[1];
const done = async (endpoint: Endpoint, request: Asked) =>
  expect((await ask(endpoint, request)).status).toBe(204);
const login = ({ email, password }: Pick<TestUser, 'email' | 'password'>, at = server) =>
  ask(api.auth.login, { at, body: { email, password } });

const Step = z.object({ code: z.string(), mfa_token: z.string(), methods: z.array(z.string()) });
/** The right password of somebody with a second factor. */
const beginSecondFactor = async (user: TestUser) => {
  const answer = await login(user);
  expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
  const step = Step.parse(answer.body);
  expect(step.code).toBe('second_factor_required');
  return step;
};

/** The code of an authenticator app so many steps of 30 s from now. */
const codeOf = (secret: string, steps = 0) =>
  generate({ secret, epoch: Math.floor(Date.now() / 1000) + 30 * steps });
/** Codes work once: as if the last one had been a while ago. */
const forgetLastCode = (userId: string) =>
  database.query('UPDATE wardbell.totp SET last_step = 0 WHERE user_id = $1', [userId]);

const setUpTotp = async (user: TestUser, token = user.token) => {
  const { secret, otpauth_uri } = await succeed(api.auth.totp, { token });
  const { recovery_codes } = await succeed(api.auth.confirmTotp, {
    token,
    body: { code: await codeOf(secret) },
  });
  await forgetLastCode(user.id);
  return { secret, otpauth_uri, recovery_codes };
};

describe('An authenticator app', () => {
  it('counts once a code of it was shown, and is then asked for after the password', async () => {
    const user = await tenant.addUser('clinician');
    const { secret, otpauth_uri } = await succeed(api.auth.totp, { token: user.token });
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(otpauth_uri).toMatch(/^otpauth:\/\/totp\/Wardbell/);
    expect((await login(user)).status).toBe(200);
    const wrong = { token: user.token, body: { code: '000000' } };
    expect(await fail(api.auth.confirmTotp, wrong)).toEqual([403, 'wrong_code']);
    const { recovery_codes } = await succeed(api.auth.confirmTotp, {
      token: user.token,
      body: { code: await codeOf(secret) },
    });
    expect(new Set(recovery_codes).size).toBe(10);
    expect((await succeed(api.auth.me, { token: user.token })).factors).toEqual({
      totp: true,
      passkeys: 0,
      recovery_codes: 10,
    });
    const { mfa_token, methods } = await beginSecondFactor(user);
    expect(methods).toEqual(['totp', 'recovery_code']);
    const used = { body: { mfa_token, code: await codeOf(secret) } };
    expect(await fail(api.auth.secondFactor, used)).toEqual([401, 'invalid_credentials']);
    await forgetLastCode(user.id);
    const answer = await ask(api.auth.secondFactor, { body: { mfa_token, code: await codeOf(secret) } });
    expect(answer.headers.get('set-cookie')).toContain('wardbell_refresh=');
    await succeed(api.auth.me, { token: TokenAnswer.parse(answer.body).access_token });
    expect(await fail(api.auth.secondFactor, used)).toEqual([401, 'invalid_mfa_token']);
  });

  it.each([-1, 0, 1])('takes the code of %i steps from now', async (steps) => {
    const user = await tenant.addUser('clinician');
    const { secret } = await setUpTotp(user);
    const { mfa_token } = await beginSecondFactor(user);
    await succeed(api.auth.secondFactor, { body: { mfa_token, code: await codeOf(secret, steps) } });
  });

  it.each([-3, 3])('does not take the code of %i steps from now', async (steps) => {
    const user = await tenant.addUser('clinician');
    const { secret } = await setUpTotp(user);
    const { mfa_token } = await beginSecondFactor(user);
    const body = { mfa_token, code: await codeOf(secret, steps) };
    expect(await fail(api.auth.secondFactor, { body })).toEqual([401, 'invalid_credentials']);
  });

  it('takes a code once, of two sign-ins on two instances at the same time as well', async () => {
    const user = await tenant.addUser('clinician');
    const second = await startAnother();
    const { secret } = await setUpTotp(user);
    const steps = [await beginSecondFactor(user), await beginSecondFactor(user)];
    const code = await codeOf(secret);
    const answers = await Promise.all(
      steps.map(({ mfa_token }, n) =>
        ask(api.auth.secondFactor, { at: n === 0 ? server : second, body: { mfa_token, code } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('ends the sign-in after five wrong codes, made one after the other or all at once', async () => {
    for (const isParallel of [false, true]) {
      const user = await tenant.addUser('clinician');
      const { secret } = await setUpTotp(user);
      const { mfa_token } = await beginSecondFactor(user);
      const guess = () => fail(api.auth.secondFactor, { body: { mfa_token, code: '000000' } });
      const guesses: (readonly unknown[])[] = [];
      if (isParallel) guesses.push(...(await Promise.all(Array.from({ length: 7 }, guess))));
      else for (let n = 0; n < 7; n++) guesses.push(await guess());
      const codes = guesses.map(([, code]) => code);
      expect(codes.filter((code) => code === 'invalid_credentials')).toHaveLength(5);
      const right = { body: { mfa_token, code: await codeOf(secret) } };
      expect(await fail(api.auth.secondFactor, right)).toEqual([401, 'invalid_mfa_token']);
    }
  });

  it('is guessed no more often than a password: wrong codes refuse the network', async () => {
    const user = await tenant.addUser('clinician');
    await setUpTotp(user);
    const { mfa_token } = await beginSecondFactor(user);
    for (let n = 0; n < 5; n++) await fail(api.auth.secondFactor, { body: { mfa_token, code: '000000' } });
    const next = await beginSecondFactor(user);
    const codes: unknown[] = [];
    for (let n = 0; n < 5; n++)
      codes.push(
        (await fail(api.auth.secondFactor, { body: { mfa_token: next.mfa_token, code: '000000' } }))[1],
      );
    expect(codes).toContain('too_many_attempts');
    await database.query('DELETE FROM wardbell.login_failure');
  });

  it('comes with ten recovery codes of 120 bits', async () => {
    const { recovery_codes } = await setUpTotp(await tenant.addUser('clinician'));
    expect(new Set(recovery_codes).size).toBe(10);
    // 24 characters of 5 bits
    for (const code of recovery_codes) expect(code).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){5}$/);
  });

  it('is replaced by a recovery code, each of which works once', async () => {
    const user = await tenant.addUser('clinician');
    const { recovery_codes } = await setUpTotp(user);
    const [code = ''] = recovery_codes;
    const { mfa_token } = await beginSecondFactor(user);
    await succeed(api.auth.secondFactor, {
      body: { mfa_token, code: code.toUpperCase().replaceAll('-', ' ') },
    });
    const again = await beginSecondFactor(user);
    expect(await fail(api.auth.secondFactor, { body: { mfa_token: again.mfa_token, code } })).toEqual([
      401,
      'invalid_credentials',
    ]);
    const [row] = await database.query<{ text: string }>(
      `SELECT string_agg(r::text, ' ') AS text FROM wardbell.recovery_code r WHERE user_id = $1`,
      [user.id],
    );
    expect(row?.text).not.toContain(code.replaceAll('-', ''));
  });

  it('is removed by its owner, with the recovery codes, and by an administrator when it is lost', async () => {
    const user = await tenant.addUser('clinician');
    await setUpTotp(user);
    await done(api.auth.removeTotp, { token: user.token });
    expect((await login(user)).status).toBe(200);
    expect((await succeed(api.auth.me, { token: user.token })).factors?.recovery_codes).toBe(0);
    await setUpTotp(user);
    await done(api.users.removeFactors, { token: tenant.admin.token, id: user.id });
    expect(await fail(api.auth.me, { token: user.token })).toEqual([401, 'access_revoked']);
    expect((await login(user)).status).toBe(200);
  });

  it('makes a session fresh again, as the password does', async () => {
    const user = await tenant.addUser('clinician');
    const { secret } = await setUpTotp(user);
    const { token } = user;
    await database.query(
      `UPDATE wardbell.auth_session SET fresh_at = now() - interval '10 minutes' WHERE user_id = $1`,
      [user.id],
    );
    expect(await fail(api.auth.removeTotp, { token })).toEqual([403, 'reauthentication_required']);
    expect(await fail(api.auth.reauthenticate, { token, body: { code: '000000' } })).toEqual([
      403,
      'wrong_code',
    ]);
    await done(api.auth.reauthenticate, { token, body: { code: await codeOf(secret) } });
    await done(api.auth.removeTotp, { token });
  });

  it('survives a change of the password, which ends a sign-in that is under way', async () => {
    const user = await tenant.addUser('clinician');
    const { secret } = await setUpTotp(user);
    const { mfa_token } = await beginSecondFactor(user);
    const password = 'nine amber lanterns drift';
    const body = { current_password: user.password, new_password: password };
    await done(api.auth.password, { token: user.token, body });
    expect(await fail(api.auth.secondFactor, { body: { mfa_token, code: await codeOf(secret) } })).toEqual([
      401,
      'invalid_mfa_token',
    ]);
    const next = await beginSecondFactor({ ...user, password });
    await succeed(api.auth.secondFactor, {
      body: { mfa_token: next.mfa_token, code: await codeOf(secret) },
    });
  });
});

const Options = z.looseObject({ challenge: z.string(), user: z.looseObject({ id: z.string() }) });
const addPasskey = async (user: TestUser, authenticator: Authenticator, token = user.token) => {
  const options = Options.parse(await succeed(api.auth.passkeyOptions, { token }));
  const body = { name: 'Key of the ward', response: authenticator.create(options) };
  return succeed(api.auth.addPasskey, { token, body });
};
const newAuthenticator = (more: object = {}) => new Authenticator({ origin: ORIGIN, ...more });
const Challenge = z.looseObject({ challenge: z.string() });
const assertLogin = async (authenticator: Authenticator) => {
  const { challenge_id, options } = await succeed(api.auth.passkeyLoginOptions, {});
  return { challenge_id, response: authenticator.get(Challenge.parse(options)) };
};

describe('A passkey', () => {
  it('is added, listed and removed by its owner alone', async () => {
    const user = await tenant.addUser('clinician');
    const passkey = await addPasskey(user, newAuthenticator());
    const list = async (token: string) => (await succeed(api.auth.passkeys, { token })).data;
    expect(await list(user.token)).toEqual([passkey]);
    expect(passkey).toMatchObject({ name: 'Key of the ward', last_used_at: null });
    const { token } = tenant.clinician;
    expect(await list(token)).toEqual([]);
    expect(await fail(api.auth.removePasskey, { token, id: passkey.id })).toEqual([404, 'not_found']);
    await done(api.auth.removePasskey, { token: user.token, id: passkey.id });
    expect(await list(user.token)).toEqual([]);
  });

  it('is a full sign-in alone, with a challenge that works once', async () => {
    const user = await tenant.addUser('front_desk');
    const authenticator = newAuthenticator();
    await addPasskey(user, authenticator);
    const body = await assertLogin(authenticator);
    const { access_token, user: signedIn } = await succeed(api.auth.passkeyLogin, { body });
    expect(signedIn.id).toBe(user.id);
    await succeed(api.auth.me, { token: access_token });
    expect(await fail(api.auth.passkeyLogin, { body })).toEqual([401, 'invalid_credentials']);
    const other = await assertLogin(authenticator);
    const { challenge_id } = await succeed(api.auth.passkeyLoginOptions, {});
    expect(await fail(api.auth.passkeyLogin, { body: { ...other, challenge_id } })).toEqual([
      401,
      'invalid_credentials',
    ]);
  });

  it('is the second factor after the password, and only that of the same person', async () => {
    const user = await tenant.addUser('clinician');
    const stranger = await tenant.addUser('clinician');
    const [own, others] = [newAuthenticator(), newAuthenticator()];
    await addPasskey(user, own);
    await addPasskey(stranger, others);
    const { mfa_token, methods } = await beginSecondFactor(user);
    expect(methods).toEqual(['passkey']);
    const challenge = async () =>
      Challenge.parse(await succeed(api.auth.secondFactorOptions, { body: { mfa_token } }));
    const wrong = { mfa_token, assertion: others.get(await challenge()) };
    expect(await fail(api.auth.secondFactor, { body: wrong })).toEqual([401, 'invalid_credentials']);
    const assertion = own.get(await challenge());
    await succeed(api.auth.secondFactor, { body: { mfa_token, assertion } });
  });

  it('makes a session fresh again', async () => {
    const user = await tenant.addUser('clinician');
    const authenticator = newAuthenticator();
    const { token } = user;
    const { id } = await addPasskey(user, authenticator);
    await database.query(
      `UPDATE wardbell.auth_session SET fresh_at = now() - interval '10 minutes' WHERE user_id = $1`,
      [user.id],
    );
    const { options } = await succeed(api.auth.passkeyLoginOptions, {});
    await done(api.auth.reauthenticate, {
      token,
      body: { assertion: authenticator.get(Challenge.parse(options)) },
    });
    await done(api.auth.removePasskey, { token, id });
  });

  it.each([
    ['of another site', { origin: 'https://clinic.example.evil.test' }],
    ['that has not verified its user', { verifiesUser: false }],
  ])('%s is refused', async (_, options) => {
    const user = await tenant.addUser('clinician');
    const authenticator = newAuthenticator(options);
    const creation = Options.parse(await succeed(api.auth.passkeyOptions, { token: user.token }));
    expect(
      await fail(api.auth.addPasskey, {
        token: user.token,
        body: { name: 'X', response: authenticator.create(creation) },
      }),
    ).toEqual([422, 'invalid_passkey']);
  });

  it('whose counter goes back is refused: it was copied', async () => {
    const user = await tenant.addUser('clinician');
    const authenticator = newAuthenticator();
    await addPasskey(user, authenticator);
    await succeed(api.auth.passkeyLogin, { body: await assertLogin(authenticator) });
    await succeed(api.auth.passkeyLogin, { body: await assertLogin(authenticator) });
    authenticator.counter = 0;
    expect(await fail(api.auth.passkeyLogin, { body: await assertLogin(authenticator) })).toEqual([
      401,
      'invalid_credentials',
    ]);
  });

  it('lets nobody in whose account is disabled', async () => {
    const user = await tenant.addUser('clinician');
    const authenticator = newAuthenticator();
    await addPasskey(user, authenticator);
    const body = { status: 'disabled' };
    await succeed(api.users.update, { token: tenant.admin.token, id: user.id, body });
    expect(await fail(api.auth.passkeyLogin, { body: await assertLogin(authenticator) })).toEqual([
      401,
      'invalid_credentials',
    ]);
  });

  it('is not for people of an identity provider', async () => {
    const token = await mintToken({ role: 'clinician', tenantId: tenant.id });
    expect(await fail(api.auth.passkeyOptions, { token })).toEqual([409, 'external_account']);
  });
});

describe('A policy that demands a second factor', () => {
  const Enrol = z.object({ code: z.literal('second_factor_enrolment_required'), enrol_token: z.string() });
  let clinic: TestTenant;
  beforeAll(async () => {
    clinic = await createTenant(server, await signInSuperAdmin(server));
    await succeed(api.tenants.setSecurity, {
      token: clinic.admin.token,
      id: clinic.id,
      body: { policy: { second_factor: 'admins' } },
    });
  });
  const beginEnrolment = async (user: TestUser) => {
    const answer = await login(user);
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
    return Enrol.parse(answer.body).enrol_token;
  };

  it('gives those whom it concerns a token for setting one up and for nothing else', async () => {
    expect((await login(clinic.clinician)).status).toBe(200);
    const token = await beginEnrolment(clinic.admin);
    for (const route of [api.auth.me, api.users.list, api.auth.sessions, api.patients.list])
      expect(await fail(route, { token })).toEqual([401, 'invalid_token']);
    const second = await beginEnrolment(clinic.admin);
    const { secret } = await setUpTotp(clinic.admin, token);
    // whoever knew the password alone cannot add a factor beside the first one
    expect(await fail(api.auth.passkeyOptions, { token: second })).toEqual([401, 'invalid_token']);
    const { mfa_token } = await beginSecondFactor(clinic.admin);
    await succeed(api.auth.secondFactor, { body: { mfa_token, code: await codeOf(secret) } });
  });

  it('keeps the last factor', async () => {
    const admin = await clinic.addUser('clinician');
    await setUpTotp(admin);
    await succeed(api.tenants.setSecurity, {
      token: clinic.admin.token,
      id: clinic.id,
      body: { policy: { second_factor: 'everybody' } },
    });
    expect(await fail(api.auth.removeTotp, { token: admin.token })).toEqual([409, 'second_factor_demanded']);
    await addPasskey(admin, newAuthenticator());
    await done(api.auth.removeTotp, { token: admin.token });
  });
});
