import { Alert, Button, Skeleton } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { describeFailure } from '../../shared/api/describe-failure';
import { Confirm } from '../../shared/components/confirm';
import { FailureAlert } from '../../shared/components/failure-alert';
import { toast } from '../../shared/components/toast';
import { SESSIONS } from '../../shared/sessions/messages';
import { SessionList } from '../../shared/sessions/session-list';
import { useRoomText, useText } from '../../shared/text/text';
import { ACCOUNT } from './messages';
import { useEndSession, useOwnSessions } from './use-account';

/** Where one is signed in, and the way to end that. */
export const OwnSessions = ({
  isAsking,
  onAsk,
}: {
  isAsking: boolean;
  /** The question whether all others are ended is opened or closed. */
  onAsk: (isAsking: boolean) => void;
}) => {
  const text = useText();
  const words = useRoomText(ACCOUNT).sessions;
  const listWords = useRoomText(SESSIONS);
  const { data: sessions, error } = useOwnSessions();
  const end = useEndSession();
  const failed = end.error && describeFailure(end.error, text);
  if (!sessions) {
    return error ? (
      <Alert color="red" variant="light" icon={<IconAlertCircle />} role="alert" mt="xs">
        {listWords.failed}
      </Alert>
    ) : (
      <Skeleton height="3rem" mt="xs" />
    );
  }
  const hasOthers = sessions.some(({ current }) => !current);
  return (
    <>
      <FailureAlert failure={isAsking ? null : failed} />
      <SessionList
        sessions={sessions}
        endingId={end.isPending ? (end.variables ?? undefined) : undefined}
        onEnd={({ id }) =>
          end.mutate(id, { onSuccess: () => void toast({ tone: 'success', message: words.ended }) })
        }
      />
      {hasOthers && (
        <Button size="compact-md" variant="light" color="red" mt="xs" onClick={() => onAsk(true)}>
          {words.endOthers}
        </Button>
      )}
      {isAsking && (
        <Confirm
          title={words.endOthersTitle}
          hint={words.endOthersHint}
          action={words.endOthers}
          pending={end.isPending}
          failure={failed}
          onConfirm={() =>
            end.mutate(null, {
              onSuccess: () => {
                onAsk(false);
                void toast({ tone: 'success', message: words.othersEnded });
              },
            })
          }
          onClose={() => onAsk(false)}
        />
      )}
    </>
  );
};
