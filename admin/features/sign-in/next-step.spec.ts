import { ApiError } from '../../shared/api/failure';
import { nextStepOf } from './next-step';

const refused = (status: number, code: string, members: Record<string, unknown>) =>
  new ApiError({ status, code, members });

describe('the step after a sign-in that was refused', () => {
  it('is the one that the server names, with its token', () => {
    expect(
      nextStepOf(
        refused(401, 'second_factor_required', { mfa_token: 'm', methods: ['totp', 'of later', 'passkey'] }),
      ),
    ).toEqual({ kind: 'factor', mfaToken: 'm', methods: ['totp', 'passkey'] });
    expect(nextStepOf(refused(403, 'password_change_required', { change_token: 'c' }))).toEqual({
      kind: 'change',
      changeToken: 'c',
    });
    expect(nextStepOf(refused(403, 'second_factor_enrolment_required', { enrol_token: 'e' }))).toEqual({
      kind: 'enrol',
      enrolToken: 'e',
    });
  });

  it('is none when the password was wrong, or the token is missing', () => {
    expect(nextStepOf(refused(401, 'invalid_credentials', {}))).toBeNull();
    expect(nextStepOf(refused(403, 'password_change_required', {}))).toBeNull();
    expect(nextStepOf(new Error('no answer'))).toBeNull();
  });
});
