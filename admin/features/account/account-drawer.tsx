'use client';

import { Button, Drawer, Modal } from '@mantine/core';
import type { Passkey } from '@wardbell/contract';
import { type ReactNode, useId, useState } from 'react';
import { Confirm } from '../../shared/components/confirm';
import { toast } from '../../shared/components/toast';
import { FACTORS } from '../../shared/factors/messages';
import { useFactorFailure } from '../../shared/factors/use-factor-failure';
import { useFactors } from '../../shared/factors/use-factors';
import { canUsePasskeys } from '../../shared/factors/web-authn';
import { lazily } from '../../shared/lazily';
import { useApi, useMe } from '../../shared/session/context';
import { formatMessage } from '../../shared/text/message';
import { useRoomText, useText } from '../../shared/text/text';
import classes from './account.module.css';
import { ACCOUNT } from './messages';
import { OwnPassword } from './own-password';
import { OwnSessions } from './own-sessions';
import { PasskeyList } from './passkey-list';
import { useFactorsChanged, useRemoveFactor, useRemovePin } from './use-account';

const TotpSetup = lazily(async () => (await import('../../shared/factors/totp-setup')).TotpSetup);
const OwnPin = lazily(async () => (await import('./own-pin')).OwnPin);
const PasskeySetup = lazily(async () => (await import('../../shared/factors/passkey-setup')).PasskeySetup);

/** Fewer recovery codes than this are few. */
const FEW_CODES = 3;

type Step = 'password' | 'totp' | 'passkey' | 'pin';
/** What is asked about before it is removed: the authenticator app (null), or a passkey. */
type Removal = { readonly passkey: Passkey | null };

const Section = ({
  title,
  action,
  state,
  children,
}: {
  title: string;
  action?: ReactNode;
  state?: ReactNode;
  children?: ReactNode;
}) => {
  const titleId = useId();
  return (
    <section className={classes.section} aria-labelledby={titleId}>
      <div className={classes.head}>
        <h3 id={titleId}>{title}</h3>
        <div className={classes.actions}>{action}</div>
      </div>
      {state !== undefined && <p className={classes.state}>{state}</p>}
      {children}
    </section>
  );
};

/** A step of its own in the place of the drawer; a slip does not lose what it shows once. */
const StepDialog = ({
  title,
  children,
  onClose,
}: {
  title: string;
  children: ReactNode;
  onClose: () => void;
}) => {
  const text = useText();
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title={title}
      centered
      closeButtonProps={{ 'aria-label': text.app.close }}
    >
      {children}
    </Modal>
  );
};

/** How one signs in, and where one is signed in. */
export const AccountDrawer = ({ onClose }: { onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(ACCOUNT);
  const factorWords = useRoomText(FACTORS);
  const describe = useFactorFailure();
  const api = useApi();
  const me = useMe();
  const factors = useFactors();
  const changed = useFactorsChanged();
  const remove = useRemoveFactor();
  const removePin = useRemovePin();
  const [step, setStep] = useState<Step | null>(null);
  const [removal, setRemoval] = useState<Removal | null>(null);
  const [isRemovingPin, setRemovingPin] = useState(false);
  const [isEndingOthers, setEndingOthers] = useState(false);
  const back = () => setStep(null);
  const finish = (message: string) => {
    back();
    changed();
    void toast({ tone: 'success', message });
  };

  if (step === 'password') return <OwnPassword onClose={back} />;
  if (step === 'pin') return <OwnPin onClose={back} />;
  if (step === 'totp') {
    return (
      <StepDialog
        title={factorWords.totp.title}
        onClose={() => {
          back();
          changed();
        }}
      >
        <TotpSetup api={api} onDone={() => finish(words.totp.added)} />
      </StepDialog>
    );
  }
  if (step === 'passkey') {
    return (
      <StepDialog title={factorWords.passkey.title} onClose={back}>
        <PasskeySetup api={api} onDone={() => finish(words.passkeys.added)} />
      </StepDialog>
    );
  }
  const small = { size: 'compact-md', variant: 'light' } as const;
  return (
    <>
      <Drawer
        opened
        onClose={onClose}
        closeOnEscape={removal === null && !isEndingOthers && !isRemovingPin}
        position="right"
        size="32rem"
        title={words.account}
        closeButtonProps={{ 'aria-label': text.app.close }}
      >
        <p className={classes.state} style={{ marginBottom: '1rem' }}>
          {[me.name, me.email, text.roles[me.role], me.tenant?.name].filter(Boolean).join(' · ')}
        </p>
        {factors === null ? (
          <Section title={words.signIn} state={words.elsewhere} />
        ) : (
          <>
            <Section
              title={words.password}
              action={
                <Button {...small} onClick={() => setStep('password')}>
                  {words.save}
                </Button>
              }
            />
            <Section
              title={words.totp.title}
              state={
                factors.totp ? (
                  <>
                    {words.totp.on}{' '}
                    <span className={factors.recovery_codes < FEW_CODES ? classes.warning : undefined}>
                      {formatMessage(words.totp.codes, { n: factors.recovery_codes })}
                    </span>
                  </>
                ) : (
                  words.totp.off
                )
              }
              action={
                factors.totp ? (
                  <>
                    <Button {...small} onClick={() => setStep('totp')}>
                      {words.totp.again}
                    </Button>
                    <Button
                      {...small}
                      variant="subtle"
                      color="red"
                      onClick={() => setRemoval({ passkey: null })}
                    >
                      {words.totp.remove}
                    </Button>
                  </>
                ) : (
                  <Button {...small} onClick={() => setStep('totp')}>
                    {words.totp.add}
                  </Button>
                )
              }
            />
            <Section
              title={words.passkeys.title}
              state={canUsePasskeys() ? words.passkeys.hint : words.passkeys.unsupported}
              action={
                canUsePasskeys() && (
                  <Button {...small} onClick={() => setStep('passkey')}>
                    {words.passkeys.add}
                  </Button>
                )
              }
            >
              <PasskeyList onRemove={(passkey) => setRemoval({ passkey })} />
            </Section>
            <Section
              title={words.pin.title}
              state={me.has_pin ? words.pin.on : words.pin.off}
              action={
                <>
                  <Button {...small} onClick={() => setStep('pin')}>
                    {me.has_pin ? words.pin.change : words.pin.set}
                  </Button>
                  {me.has_pin && (
                    <Button {...small} variant="subtle" color="red" onClick={() => setRemovingPin(true)}>
                      {words.pin.remove}
                    </Button>
                  )}
                </>
              }
            />
          </>
        )}
        <Section title={words.sessions.title} state={words.sessions.hint}>
          <OwnSessions isAsking={isEndingOthers} onAsk={setEndingOthers} />
        </Section>
      </Drawer>
      {isRemovingPin && (
        <Confirm
          title={words.pin.removeTitle}
          hint={words.pin.removeHint}
          action={words.pin.remove}
          pending={removePin.isPending}
          failure={removePin.error && describe(removePin.error)}
          onConfirm={() =>
            removePin.mutate(undefined, {
              onSuccess: () => {
                setRemovingPin(false);
                void toast({ tone: 'success', message: words.pin.removed });
              },
            })
          }
          onClose={() => {
            removePin.reset();
            setRemovingPin(false);
          }}
        />
      )}
      {removal && (
        <Confirm
          title={
            removal.passkey
              ? formatMessage(words.passkeys.removeTitle, { name: removal.passkey.name })
              : words.totp.removeTitle
          }
          hint={removal.passkey ? words.passkeys.removeHint : words.totp.removeHint}
          action={removal.passkey ? words.passkeys.remove : words.totp.remove}
          pending={remove.isPending}
          failure={remove.error && describe(remove.error)}
          onConfirm={() =>
            remove.mutate(removal.passkey?.id ?? null, {
              onSuccess: () => {
                setRemoval(null);
                void toast({
                  tone: 'success',
                  message: removal.passkey ? words.passkeys.removed : words.totp.removed,
                });
              },
            })
          }
          onClose={() => {
            remove.reset();
            setRemoval(null);
          }}
        />
      )}
    </>
  );
};
