'use client';

import { Button, VisuallyHidden } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleFilled,
  IconClockExclamation,
  IconCloudOff,
  IconLoader2,
  IconLogout,
  type TablerIcon,
} from '@tabler/icons-react';
import type { State } from '@wardbell/client';
import { useConnection } from '@wardbell/client/react';
import { Disclosure } from '../../../shared/components/disclosure';
import { useNow } from '../../../shared/hooks/use-now';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useText } from '../../../shared/text/text';
import classes from './indicator.module.css';
import { type Phase, phaseOf } from './phase';

const ICONS: Record<Phase, TablerIcon> = {
  connecting: IconLoader2,
  replaying: IconLoader2,
  live: IconCircleFilled,
  stale: IconClockExclamation,
  offline: IconCloudOff,
  stopped: IconAlertTriangle,
  signed_out: IconLogout,
};

const useLabel = (state: State, phase: Phase): string => {
  const words = useText().connection;
  const formats = useFormats();
  switch (phase) {
    case 'offline':
      return state.liveAtMs === null
        ? words.neverLive
        : formatMessage(words.waiting, { since: formats.time(state.liveAtMs) });
    case 'stale':
      return state.liveAtMs === null
        ? words.replaying
        : formatMessage(words.outdated, { since: formats.time(state.liveAtMs) });
    case 'signed_out':
      return words.signedOut;
    default:
      return words[phase];
  }
};

const Details = ({ state, phase, retry }: { state: State; phase: Phase; retry: () => void }) => {
  const words = useText().connection;
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

/** Whether what is shown is complete up to now. Always on the screen, driven by the SDK's state alone. */
export const ConnectionIndicator = () => {
  const words = useText().connection;
  const { state, retry } = useConnection();
  const phase = phaseOf(state);
  const label = useLabel(state, phase);
  const Icon = ICONS[phase];
  return (
    <>
      <Disclosure
        label={words.label}
        className={classes.indicator}
        data-phase={phase}
        button={
          <>
            <span className={classes.icon} aria-hidden="true">
              <Icon size={phase === 'live' ? 10 : 16} />
            </span>
            <VisuallyHidden>{words.label}: </VisuallyHidden>
            <span className={classes.label}>{label}</span>
          </>
        }
      >
        <Details state={state} phase={phase} retry={retry} />
      </Disclosure>
      <VisuallyHidden role="status">{`${words.label}: ${label}`}</VisuallyHidden>
    </>
  );
};
