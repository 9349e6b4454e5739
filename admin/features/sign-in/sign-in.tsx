'use client';

import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { type Described, describeFailure } from '../../shared/api/describe-failure';
import { lazily } from '../../shared/lazily';
import { useTitle } from '../../shared/room/use-title';
import { useSession } from '../../shared/session/context';
import type { SignedOutReason } from '../../shared/session/session';
import type { Credentials } from '../../shared/session/token';
import { useRoomText, useText } from '../../shared/text/text';
import { CredentialsForm } from './credentials-form';
import { EntryFrame } from './entry-frame';
import classes from './frame.module.css';
import { SIGN_IN } from './messages';
import { type NextStep, nextStepOf } from './next-step';
import { takeOidcFailure } from './oidc-failure';
import { postPublic } from './post-public';

/** Most people never see these. */
const SecondFactor = lazily(async () => (await import('./second-factor')).SecondFactor);
const ChoosePassword = lazily(async () => (await import('./choose-password')).ChoosePassword);
const Enrol = lazily(async () => (await import('./enrol')).Enrol);

/** Why one is asked to sign in, unless it is the first time. */
type Cause = Exclude<SignedOutReason, 'new'> | 'changed';

type Step =
  | { readonly kind: 'credentials'; readonly notice: Cause | null; readonly failure: Described | null }
  | NextStep;

/** Sign-in stands in the place of the room that was asked for, so that one lands there afterwards. */
export const SignIn = ({
  reason,
  begunWith = null,
}: {
  reason: SignedOutReason;
  /** A password that was just chosen by a link: the sign-in goes on with it. */
  begunWith?: { readonly email: string; readonly password: string } | null;
}) => {
  const session = useSession();
  const text = useText();
  const words = useRoomText(SIGN_IN);
  const [step, setStep] = useState<Step>({
    kind: 'credentials',
    notice: reason === 'new' ? null : reason,
    failure: null,
  });
  /** With what a sign-in is repeated after a step that ends without one. */
  const known = useRef(begunWith);
  const [begins, setBegins] = useState(begunWith !== null);
  const [hasEnrolled, setEnrolled] = useState(false);
  useTitle(words.credentials.title);
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the URL that the page was opened with
  useEffect(() => {
    const failure = takeOidcFailure(words);
    if (failure) setStep({ kind: 'credentials', notice: null, failure });
    if (begunWith !== null) void repeat('changed').finally(() => setBegins(false));
  }, []);

  const startAgain = (notice: Cause | null, failure: Described | null = null) => {
    known.current = null;
    setStep({ kind: 'credentials', notice, failure });
  };
  /** Rejects when they were refused and no step leads on. */
  const proceed = async (credentials: Credentials) => {
    if (credentials.by !== 'second-factor')
      known.current = credentials.by === 'login' ? credentials.body : null;
    try {
      await session.signIn(credentials);
    } catch (error) {
      const next = nextStepOf(error);
      if (next === null) throw error;
      setStep(next);
    }
  };
  const repeat = async (notice: Cause | null) => {
    if (known.current === null) return startAgain(notice);
    try {
      await proceed({ by: 'login', body: known.current });
    } catch (error) {
      // What has been done is said rather than why it could not be gone on with.
      startAgain(notice, notice === null ? describeFailure(error, text) : null);
    }
  };

  return (
    <EntryFrame>
      {step.kind === 'credentials' && !begins && (
        <CredentialsForm
          key={step.failure?.title}
          notice={
            step.notice === null
              ? null
              : step.notice === 'changed'
                ? words.changed
                : words.credentials.reason[step.notice]
          }
          before={step.failure}
          onCredentials={proceed}
        />
      )}
      {step.kind === 'factor' && (
        <>
          <h1 className={classes.title}>{words.factor.title}</h1>
          <p className={classes.lead}>{hasEnrolled ? words.factor.leadNext : words.factor.lead}</p>
          <SecondFactor
            mfaToken={step.mfaToken}
            methods={step.methods}
            submitLabel={words.factor.submit}
            onProof={proceed}
            onExpired={(failure) => startAgain(null, failure)}
          />
        </>
      )}
      {step.kind === 'change' && (
        <ChoosePassword
          title={words.change.title}
          lead={words.change.lead}
          save={(new_password) =>
            postPublic('/auth/password', { change_token: step.changeToken, new_password })
          }
          email={known.current?.email}
          onChosen={(password) => {
            if (known.current) known.current = { ...known.current, password };
            return repeat('changed');
          }}
          onExpired={(failure) => startAgain(null, failure)}
        />
      )}
      {step.kind === 'enrol' && (
        <Enrol
          enrolToken={step.enrolToken}
          onDone={() => {
            setEnrolled(true);
            void repeat(null);
          }}
          onBack={() => startAgain(null)}
        />
      )}
      {(step.kind === 'factor' || step.kind === 'change') && (
        <Button variant="subtle" fullWidth mt="xs" onClick={() => startAgain(null)}>
          {words.back}
        </Button>
      )}
    </EntryFrame>
  );
};
