'use client';

import { Button } from '@mantine/core';
import type { State } from '@wardbell/client';
import { useConnection } from '@wardbell/client/react';
import { useNow } from '../../../shared/hooks/use-now';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import classes from './indicator.module.css';
import { CONNECTION } from './messages';
import type { Phase } from './phase';

/** Why the connection is as it is, how complete the screen is, and the means to try again. */
export const ConnectionDetails = ({
  state,
  phase,
  retry,
}: {
  state: State;
  phase: Phase;
  retry: () => void;
}) => {
  const words = useRoomText(CONNECTION);
  const formats = useFormats();
  const { position } = useConnection();
  const now = useNow(1_000);
  const seq = typeof position?.seq === 'number' ? position.seq : null;
  const resting = state.status === 'waiting' || state.status === 'stopped';
  return (
    <div className={classes.details}>
      {resting && <p>{words.reason[state.reason.code]}</p>}
      {(phase === 'connecting' || phase === 'replaying' || phase === 'live' || phase === 'stale') && (
        <p>{words.hint[phase]}</p>
      )}
      {state.status === 'waiting' && (
        <p>
          {formatMessage(words.hint.retryIn, {
            seconds: Math.max(0, Math.ceil((state.untilMs - now) / 1_000)),
          })}
        </p>
      )}
      {phase !== 'live' && state.liveAtMs !== null && (
        <p>{formatMessage(words.hint.complete, { time: formats.dateTime(state.liveAtMs) })}</p>
      )}
      {phase === 'live' && seq !== null && (
        <p className={classes.position}>{formatMessage(words.hint.position, { seq: formats.number(seq) })}</p>
      )}
      {resting && (
        <Button size="xs" variant="light" onClick={retry}>
          {state.status === 'waiting' ? words.retryNow : words.connectAgain}
        </Button>
      )}
    </div>
  );
};
