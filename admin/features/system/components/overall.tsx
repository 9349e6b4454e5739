import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { systemText } from '../messages';
import type { SystemProblem } from '../problems';
import classes from './system-room.module.css';

/** The answer to "does it work?", before anything else is read. */
export const Overall = ({
  problems,
  instances,
}: {
  problems: readonly SystemProblem[];
  instances: number;
}) => {
  const words = useRoomText(systemText);
  const formats = useFormats();
  const tone = problems[0]?.severity ?? 'well';
  const Icon = tone === 'well' ? IconCircleCheck : tone === 'note' ? IconInfoCircle : IconAlertTriangle;
  const said = problems.length === 0 ? words.well : words.wrong;
  const n = problems.length === 0 ? instances : problems.length;
  const values = { n, formatted: formats.number(n) };
  return (
    <div className={classes.overall} data-tone={tone} role="status">
      <Icon size={32} stroke={1.7} aria-hidden="true" />
      <div>
        <p className={classes.overallTitle}>{formatMessage(said.title, values)}</p>
        <p className={classes.overallHint}>{formatMessage(said.hint, values)}</p>
      </div>
    </div>
  );
};

/** Nobody can say at the moment; as large as the answer, so that nothing jumps when it is back. */
export const Unsure = ({ error, onRetry }: { error: Error; onRetry: () => void }) => {
  const text = useText();
  const { title, hint } = describeFailure(error, text);
  return (
    <div className={classes.overall} data-tone="degraded" role="alert">
      <IconAlertTriangle size={32} stroke={1.7} aria-hidden="true" />
      <div className={classes.overallWords}>
        <p className={classes.overallTitle}>{title}</p>
        <p className={classes.overallHint}>{hint}</p>
      </div>
      <Button variant="light" onClick={onRetry}>
        {text.app.retry}
      </Button>
    </div>
  );
};
