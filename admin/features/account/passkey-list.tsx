import { Button, Text } from '@mantine/core';
import type { Passkey } from '@wardbell/contract';
import { describeFailure } from '../../shared/api/describe-failure';
import { useNow } from '../../shared/hooks/use-now';
import { useFormats } from '../../shared/text/formats';
import { formatMessage } from '../../shared/text/message';
import { useRoomText, useText } from '../../shared/text/text';
import classes from './account.module.css';
import { ACCOUNT } from './messages';
import { usePasskeys } from './use-account';

/** One's own passkeys by name. */
export const PasskeyList = ({ onRemove }: { onRemove: (passkey: Passkey) => void }) => {
  const text = useText();
  const words = useRoomText(ACCOUNT).passkeys;
  const formats = useFormats();
  const nowMs = useNow(30_000);
  const { data: passkeys, error } = usePasskeys(true);
  if (!passkeys) {
    return error ? (
      <Text size="sm" role="alert" mt="xs">
        {describeFailure(error, text).title}
      </Text>
    ) : null;
  }
  return (
    <ul className={classes.list}>
      {passkeys.map((passkey) => (
        <li key={passkey.id}>
          <span className={classes.what}>
            <span>{passkey.name}</span>
            <span>
              {formatMessage(words.since, { at: formats.time(passkey.created_at) })}
              {' · '}
              {passkey.last_used_at === null
                ? words.neverUsed
                : formatMessage(words.used, { ago: formats.ago(passkey.last_used_at, nowMs) })}
            </span>
          </span>
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            aria-label={formatMessage(words.removeOne, { name: passkey.name })}
            onClick={() => onRemove(passkey)}
          >
            {words.remove}
          </Button>
        </li>
      ))}
    </ul>
  );
};
