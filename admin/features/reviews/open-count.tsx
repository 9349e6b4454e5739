import { VisuallyHidden } from '@mantine/core';
import { formatMessage } from '../../shared/text/message';
import { useRoomText } from '../../shared/text/text';
import { REVIEWS } from './messages';
import classes from './open-count.module.css';
import { useEmergencies } from './use-emergencies';

/** How many emergency accesses wait for a review; nothing when there are none. */
export const OpenCount = () => {
  const words = useRoomText(REVIEWS);
  const { open } = useEmergencies();
  if (open === 0) return null;
  const sentence = formatMessage(words.badge, { open });
  return (
    <span className={classes.count} title={sentence}>
      <span aria-hidden="true">{open > 99 ? '99+' : open}</span>
      <VisuallyHidden>{sentence}</VisuallyHidden>
    </span>
  );
};
