'use client';

import { VisuallyHidden } from '@mantine/core';
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
import { lazily } from '../../../shared/lazily';
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

/** Said on request, and loaded in a quiet moment before that. */
const Details = lazily(async () => (await import('./connection-details')).ConnectionDetails);

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
            <VisuallyHidden>{words.prefix}</VisuallyHidden>
            <span className={classes.label}>{label}</span>
          </>
        }
      >
        <Details state={state} phase={phase} retry={retry} />
      </Disclosure>
      <VisuallyHidden role="status">{`${words.prefix}${label}`}</VisuallyHidden>
    </>
  );
};
