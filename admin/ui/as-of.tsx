'use client';

import { describeFailure } from '../lib/describe-failure';
import { useFormats } from '../lib/formats';
import { polledText } from '../lib/text/polled';
import { useRoomText, useText } from '../lib/text/text';
import classes from './as-of.module.css';
import type { Polled } from './use-polled';

/** Says when figures are older than they should be, and why. Says nothing while they are fresh. */
export const AsOf = ({ polled }: { polled: Pick<Polled<unknown>, 'atMs' | 'stale' | 'error'> }) => {
  const text = useText();
  const words = useRoomText(polledText);
  const formats = useFormats();
  if (!polled.stale || polled.atMs === null) return null;
  return (
    <p className={classes.asOf} role="status">
      {words.asOf(formats.dateTime(polled.atMs))}{' '}
      {polled.error ? describeFailure(polled.error, text).title : text.failure.unreachable.title}.
    </p>
  );
};
