import { Alert, type AlertProps } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import type { Described } from '../api/describe-failure';

/** Why something did not work, and what to do about it; nothing while there is no failure. */
export const FailureAlert = ({
  failure,
  ...margins
}: { failure: Described | null } & Pick<AlertProps, 'mb' | 'mt'>) =>
  failure && (
    <Alert
      variant="light"
      color="red"
      icon={<IconAlertCircle />}
      title={failure.title}
      role="alert"
      {...margins}
    >
      {failure.hint}
    </Alert>
  );
