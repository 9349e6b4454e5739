import { Alert } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import type { Described } from '../../shared/api/describe-failure';

/** Why it did not work, above the fields. */
export const FailureAlert = ({ failure }: { failure: Described | null }) =>
  failure && (
    <Alert variant="light" color="red" icon={<IconAlertCircle />} title={failure.title} role="alert">
      {failure.hint}
    </Alert>
  );
