import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { describeFailure } from '../api/describe-failure';
import { useText } from '../text/text';
import { Notice } from './notice';

/** What stands in the place of a list or page that could not be loaded, with the means to try again. */
export const FailureNotice = ({ error, onRetry }: { error: unknown; onRetry: () => void }) => {
  const text = useText();
  return (
    <Notice icon={IconAlertTriangle} tone="alarm" {...describeFailure(error, text)}>
      <Button variant="light" onClick={onRetry}>
        {text.app.retry}
      </Button>
    </Notice>
  );
};
