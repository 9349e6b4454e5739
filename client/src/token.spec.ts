import { manualRuntime } from '../../test/support/manual-runtime.js';
import { createTokens, identityOf, TOKEN_TIMEOUT_MS } from './token.js';

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

describe('tokens', () => {
  it('asks once for all who wait, and again for who comes later', async () => {
    let asked = 0;
    const tokens = createTokens(async () => `token ${++asked}`, manualRuntime());
    expect(await Promise.all([tokens.get('connect'), tokens.get('expiring')])).toEqual([
      'token 1',
      'token 1',
    ]);
    expect(await tokens.get('connect')).toBe('token 2');
  });

  it('makes a rejection of whatever the application throws', async () => {
    const tokens = createTokens(() => {
      throw new Error('no network');
    }, manualRuntime());
    await expect(tokens.get('connect')).rejects.toThrow('no network');
    await expect(tokens.get('connect')).rejects.toThrow('no network');
  });

  it('gives up an endpoint that never answers, tells it so, and asks anew', async () => {
    const runtime = manualRuntime();
    const signals: AbortSignal[] = [];
    const tokens = createTokens(({ signal }) => {
      signals.push(signal);
      return signals.length === 1 ? new Promise(() => undefined) : 'at last';
    }, runtime);
    const first = tokens.get('connect');
    await Promise.resolve();
    runtime.advance(TOKEN_TIMEOUT_MS);
    await expect(first).rejects.toThrow();
    expect(signals[0]?.aborted).toBe(true);
    expect(await tokens.get('connect')).toBe('at last');
  });

  it('stops waiting when it is cancelled, and leaves no timer', async () => {
    const runtime = manualRuntime();
    const tokens = createTokens(() => new Promise(() => undefined), runtime);
    const answer = tokens.get('connect');
    tokens.cancel();
    await expect(answer).rejects.toThrow();
    expect(runtime.pending).toBe(0);
  });
});

describe('identityOf', () => {
  it('tells people apart by tenant, user and role, and sessions by their id', () => {
    const person = identityOf(jwt({ sub: 'u', tenant_id: 't', role: 'clinician', sid: 's' }));
    expect(identityOf(jwt({ sub: 'u', tenant_id: 't', role: 'clinician', sid: 'other' }))?.person).toBe(
      person?.person,
    );
    expect(identityOf(jwt({ sub: 'u', tenant_id: 't', role: 'clinician', sid: 'other' }))?.session).not.toBe(
      person?.session,
    );
    for (const other of [
      { sub: 'v', tenant_id: 't', role: 'clinician' },
      { sub: 'u', tenant_id: 'x', role: 'clinician' },
      { sub: 'u', tenant_id: 't', role: 'front_desk' },
    ])
      expect(identityOf(jwt(other))?.person).not.toBe(person?.person);
  });

  it('reads names in any script', () => {
    expect(identityOf(jwt({ sub: 'żółw ☤', role: 'clinician' }))).not.toBeNull();
  });

  it.each(['', 'opaque', 'a.b.c', `e30.${Buffer.from('null').toString('base64url')}.s`, jwt({}), jwt([])])(
    'knows nobody in what is no JWT of a person: %j',
    (token) => {
      expect(identityOf(token)).toBeNull();
    },
  );
});
