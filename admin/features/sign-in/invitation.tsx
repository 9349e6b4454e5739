'use client';

import { Button } from '@mantine/core';
import { IconLinkOff, IconPlugConnectedX } from '@tabler/icons-react';
import type { Invited } from '@wardbell/contract';
import { useEffect, useState } from 'react';
import { describeFailure } from '../../shared/api/describe-failure';
import { hasCode } from '../../shared/api/failure';
import { Notice } from '../../shared/components/notice';
import { Splash } from '../../shared/components/splash';
import { useTitle } from '../../shared/room/use-title';
import { useSession, useSessionState } from '../../shared/session/context';
import { formatMessage } from '../../shared/text/message';
import { useRoomText, useText } from '../../shared/text/text';
import { ChoosePassword } from './choose-password';
import { EntryFrame } from './entry-frame';
import { SIGN_IN } from './messages';
import { postPublic } from './post-public';
import { SignIn } from './sign-in';

/**
 * The token of the link that was opened; null without one. It leaves the address at once, so that neither the history of the
 * browser nor a picture of the screen has it.
 */
const useLinkToken = (): string | null => {
  const [token, setToken] = useState(tokenInAddress);
  useEffect(() => {
    const take = () => {
      const next = tokenInAddress();
      if (next === null) return;
      setToken(next);
      history.replaceState(null, '', location.pathname);
    };
    take();
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  return token;
};

const tokenInAddress = (): string | null => location.hash.slice(1) || null;

/** The page of a link by which a person chooses the own password. It works without a session. */
export const Invitation = () => {
  const token = useLinkToken();
  return token === null ? <Unusable kind="missing" /> : <Link key={token} token={token} />;
};

const Unusable = ({ kind }: { kind: 'missing' | 'ended' | 'suspended' }) => {
  const { invitation: words, credentials } = useRoomText(SIGN_IN);
  useTitle(words.page);
  return (
    <EntryFrame>
      <Notice heading="h1" icon={IconLinkOff} title={words[kind].title} hint={words[kind].hint}>
        <Button component="a" href="/" variant="light">
          {credentials.title}
        </Button>
      </Notice>
    </EntryFrame>
  );
};

const Link = ({ token }: { token: string }) => {
  const text = useText();
  const words = useRoomText(SIGN_IN).invitation;
  const session = useSession();
  const [invited, setInvited] = useState<Invited | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  /** Used in another tab meanwhile, or expired. */
  const [hasEnded, setEnded] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  useTitle(words.page);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `tries` asks again
  useEffect(() => {
    let isWanted = true;
    postPublic('/auth/invitation', { token }).then(
      (answer) => isWanted && setInvited(answer),
      (error: unknown) => isWanted && setFailure(error),
    );
    return () => {
      isWanted = false;
    };
  }, [token, tries]);

  if (hasEnded || hasCode(failure, 'invalid_invitation')) return <Unusable kind="ended" />;
  if (hasCode(failure, 'tenant_suspended')) return <Unusable kind="suspended" />;
  if (failure !== null) {
    const { title, hint } = describeFailure(failure, text);
    const again = () => {
      setFailure(null);
      setTries(tries + 1);
    };
    return (
      <EntryFrame>
        <Notice heading="h1" icon={IconPlugConnectedX} title={title} hint={hint} tone="alarm">
          <Button variant="light" onClick={again}>
            {text.app.retry}
          </Button>
        </Notice>
      </EntryFrame>
    );
  }
  if (invited === null) return <Splash />;
  if (chosen !== null) return <Enter email={invited.email} password={chosen} />;
  const { name, email, clinic } = invited;
  return (
    <EntryFrame clinic={clinic}>
      <ChoosePassword
        title={words.title}
        lead={formatMessage(words.lead, { name, email })}
        email={email}
        save={(new_password) => postPublic('/auth/invitation/accept', { token, new_password })}
        onChosen={async (password) => {
          // somebody else who is signed in here leaves, with everything of theirs
          if (session.state.status !== 'signed_out') await session.signOut();
          setChosen(password);
        }}
        onExpired={() => setEnded(true)}
      />
    </EntryFrame>
  );
};

/** Signs in with the password that was just chosen, with the second factor where one is asked for, and goes to the console. */
const Enter = ({ email, password }: { email: string; password: string }) => {
  const { status } = useSessionState();
  useEffect(() => {
    if (status === 'signed_in') location.replace('/');
  }, [status]);
  return status === 'signed_in' ? <Splash /> : <SignIn reason="new" begunWith={{ email, password }} />;
};
