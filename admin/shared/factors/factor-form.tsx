'use client';

import { Button, Stack, Text, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import type { Assertion } from '@wardbell/contract';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import type { Described } from '../api/describe-failure';
import { FailureAlert } from '../components/failure-alert';
import { PasswordField } from '../components/password-field';
import { useRoomText } from '../text/text';
import { describeWrongCode } from './describe-factor-failure';
import { FACTORS } from './messages';
import type { ProofMethod } from './proof-method';
import { useFactorFailure } from './use-factor-failure';
import { askPasskey, canUsePasskeys, type WebAuthnOptions } from './web-authn';

/** Shorter ones are none, and the API refuses them as malformed. */
const MIN_CODE_LENGTH = 6;

/** What a person shows to prove who they are. */
export type Proof =
  | { readonly password: string }
  | { readonly code: string }
  | { readonly assertion: Assertion };

/** Asks for one proof of several that would do. */
export const FactorForm = ({
  methods,
  submitLabel,
  passkeyOptions,
  onProof,
}: {
  /** The first is asked for until the person chooses another. */
  methods: readonly ProofMethod[];
  submitLabel: string;
  /** Loads the options for a passkey. */
  passkeyOptions: () => Promise<WebAuthnOptions>;
  /** Rejects when the proof was not taken. */
  onProof: (proof: Proof) => Promise<void>;
}) => {
  const factors = useRoomText(FACTORS);
  const words = factors.prove;
  const describe = useFactorFailure();
  const offered = methods.filter((method) => method !== 'passkey' || canUsePasskeys());
  const [method, setMethod] = useState<ProofMethod | undefined>(offered[0]);
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const [failure, setFailure] = useState<Described | null>(null);
  const field = useRef<HTMLInputElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another field takes the focus
  useEffect(() => field.current?.focus(), [method]);

  const prove = async (proof: () => Promise<Proof> | Proof) => {
    setBusy(true);
    setFailure(null);
    try {
      await onProof(await proof());
    } catch (error) {
      setBusy(false);
      setFailure(describe(error, method));
      field.current?.select();
    }
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    // A dialog is below its form in the tree of components, where the event would go on.
    event.stopPropagation();
    if (busy) return;
    if (method === 'passkey') {
      void prove(async () => ({ assertion: await askPasskey(await passkeyOptions()) }));
      return;
    }
    const given = field.current?.value ?? '';
    const value = method === 'password' ? given : given.trim();
    setMissing(value === '');
    if (value === '') return field.current?.focus();
    if (method !== 'password' && value.length < MIN_CODE_LENGTH) {
      setFailure(describeWrongCode(factors, method));
      return field.current?.select();
    }
    void prove(() => (method === 'password' ? { password: value } : { code: value }));
  };
  const choose = (next: ProofMethod) => {
    setMissing(false);
    setFailure(null);
    setMethod(next);
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FailureAlert failure={failure} />
        {method === 'password' && (
          <PasswordField
            ref={field}
            data-autofocus
            label={words.password}
            autoComplete="current-password"
            size="md"
            error={missing && words.missing}
          />
        )}
        {method === 'totp' && (
          <TextInput
            ref={field}
            data-autofocus
            key="totp"
            label={words.code}
            description={words.codeHint}
            inputMode="numeric"
            autoComplete="one-time-code"
            spellCheck={false}
            maxLength={40}
            size="md"
            error={missing && words.missing}
          />
        )}
        {method === 'recovery_code' && (
          <TextInput
            ref={field}
            data-autofocus
            key="recovery"
            label={words.recoveryCode}
            description={words.recoveryHint}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={40}
            size="md"
            error={missing && words.missing}
          />
        )}
        {method === 'passkey' && <Text size="sm">{words.passkeyHint}</Text>}
        <Button
          type="submit"
          size="md"
          fullWidth
          loading={busy}
          leftSection={method === 'passkey' ? <IconFingerprint size={20} aria-hidden="true" /> : undefined}
        >
          {method === 'passkey' ? words.usePasskey : submitLabel}
        </Button>
        {offered.length > 1 && (
          <Stack gap={0}>
            {offered
              .filter((other) => other !== method)
              .map((other) => (
                <Button key={other} variant="subtle" disabled={busy} onClick={() => choose(other)}>
                  {words.instead[other]}
                </Button>
              ))}
          </Stack>
        )}
      </Stack>
    </form>
  );
};
