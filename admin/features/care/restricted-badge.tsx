import { VisuallyHidden } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useRoomText } from '../../shared/text/text';
import { CARE } from './messages';
import classes from './restricted-badge.module.css';

/** Marks a restricted patient. Compact: the lock alone, its word for screen readers. */
export const RestrictedBadge = ({ compact = false }: { compact?: boolean }) => {
  const word = useRoomText(CARE).restricted;
  return (
    <span className={classes.badge} data-compact={compact || undefined} title={word}>
      <IconLock size={12} stroke={2} aria-hidden="true" />
      {compact ? <VisuallyHidden> {word}</VisuallyHidden> : word}
    </span>
  );
};
