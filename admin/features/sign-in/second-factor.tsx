'use client';

import type { FactorMethod } from '@wardbell/contract';
import type { Described } from '../../shared/api/describe-failure';
import { hasCode } from '../../shared/api/failure';
import { FactorForm, type Proof } from '../../shared/factors/factor-form';
import { useFactorFailure } from '../../shared/factors/use-factor-failure';
import type { Credentials } from '../../shared/session/token';
import { postPublic } from './post-public';

/** Asks for the second factor of a sign-in whose password was right. */
export const SecondFactor = ({
  mfaToken,
  methods,
  submitLabel,
  onProof,
  onExpired,
}: {
  mfaToken: string;
  methods: readonly FactorMethod[];
  submitLabel: string;
  /** Signs in with it; rejects when it was not taken. */
  onProof: (credentials: Credentials) => Promise<void>;
  /** The sign-in has to begin again. */
  onExpired: (failure: Described) => void;
}) => {
  const describe = useFactorFailure();
  const prove = async (proof: Proof) => {
    if ('password' in proof) return;
    try {
      await onProof({ by: 'second-factor', body: { mfa_token: mfaToken, ...proof } });
    } catch (error) {
      if (!hasCode(error, 'invalid_mfa_token')) throw error;
      onExpired(describe(error));
    }
  };
  return (
    <FactorForm
      methods={methods}
      submitLabel={submitLabel}
      passkeyOptions={() => postPublic('/auth/second-factor/passkey-options', { mfa_token: mfaToken })}
      onProof={prove}
    />
  );
};
