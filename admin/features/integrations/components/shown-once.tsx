import type { ComponentProps } from 'react';
import { SecretDialog } from '../../../shared/components/secret-dialog';
import { useRoomText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';

type ShownOnceProps = Omit<ComponentProps<typeof SecretDialog>, 'words' | 'size'> & {
  readonly copyLabel: string;
};

/** A key, a link or a secret of a webhook that was just made. */
export const ShownOnce = ({ copyLabel, ...dialog }: ShownOnceProps) => {
  const { copy, done } = useRoomText(INTEGRATIONS);
  return <SecretDialog {...dialog} words={{ ...copy, copy: copyLabel, done }} size="lg" />;
};
