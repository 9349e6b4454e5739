import { Button, Skeleton } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';
import { Notice } from '../components/notice';
import { useText } from '../text/text';
import classes from './panel.module.css';

/** In a panel: the object is no longer there. */
export const PanelGone = ({
  icon,
  title,
  hint,
  onClose,
}: {
  icon: TablerIcon;
  title: string;
  hint: string;
  onClose: () => void;
}) => {
  const text = useText();
  return (
    <Notice icon={icon} title={title} hint={hint}>
      <Button variant="light" onClick={onClose}>
        {text.app.close}
      </Button>
    </Notice>
  );
};

const WIDTHS = [60, 80, 45, 70, 65, 50] as const;

/** In a panel: the object is on its way. */
export const PanelSkeleton = ({ lines }: { lines: number }) => {
  const text = useText();
  return (
    <div role="status" aria-label={text.app.loading} className={classes.skeleton}>
      {WIDTHS.slice(0, lines).map((width) => (
        <Skeleton key={width} height={12} width={`${width}%`} />
      ))}
    </div>
  );
};
