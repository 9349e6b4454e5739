'use client';

import { describeFailure } from '../api/describe-failure';
import type { Polled } from '../api/use-polled';
import { useFormats } from '../text/formats';
import { formatMessage } from '../text/message';
import { useRoomText, useText } from '../text/text';
import classes from './as-of.module.css';
import { componentsText } from './messages';

/** Says when figures are older than they should be, and why. Says nothing while they are fresh. */
export const AsOf = ({ polled }: { polled: Pick<Polled<unknown>, 'atMs' | 'stale' | 'error'> }) => {
  const text = useText();
  const words = useRoomText(componentsText);
  const formats = useFormats();
  if (!polled.stale || polled.atMs === null) return null;
  return (
    <p className={classes.asOf} role="status">
      {formatMessage(words.asOf, { time: formats.dateTime(polled.atMs) })}{' '}
      {polled.error ? describeFailure(polled.error, text).title : text.failure.unreachable.title}.
    </p>
  );
};
