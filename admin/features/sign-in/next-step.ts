import type { FactorMethod } from '@wardbell/contract';
import { ApiError } from '../../shared/api/failure';

/** What the server demands before it signs somebody in whose password was right, and the token for it. */
export type NextStep =
  | { readonly kind: 'factor'; readonly mfaToken: string; readonly methods: readonly FactorMethod[] }
  | { readonly kind: 'change'; readonly changeToken: string }
  | { readonly kind: 'enrol'; readonly enrolToken: string };

const isMethod = (value: unknown): value is FactorMethod =>
  value === 'totp' || value === 'passkey' || value === 'recovery_code';

/** The step that a refused sign-in leads to; null when it was just refused. */
export const nextStepOf = (error: unknown): NextStep | null => {
  if (!(error instanceof ApiError)) return null;
  const { mfa_token, methods, change_token, enrol_token } = error.members;
  switch (error.code) {
    case 'second_factor_required':
      return typeof mfa_token === 'string' && Array.isArray(methods)
        ? { kind: 'factor', mfaToken: mfa_token, methods: methods.filter(isMethod) }
        : null;
    case 'password_change_required':
      return typeof change_token === 'string' ? { kind: 'change', changeToken: change_token } : null;
    case 'second_factor_enrolment_required':
      return typeof enrol_token === 'string' ? { kind: 'enrol', enrolToken: enrol_token } : null;
    default:
      return null;
  }
};
