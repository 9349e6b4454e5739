import { Button } from '@mantine/core';
import { useWho } from '../../../shared/api/colleagues';
import { SYSTEM_ACTOR } from '../../../shared/api/system-actor';
import panel from '../../../shared/panel/panel.module.css';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { GATEWAYS } from '../messages';
import type { Change } from '../model/history';
import { useHistory } from '../use-history';
import classes from './gateways.module.css';
import { useStatusName } from './words';

/** Changes of the status of a gateway, the newest first, and what caused each. */
export const GatewayHistory = ({ gatewayId }: { gatewayId: string }) => {
  const text = useText();
  const words = useRoomText(GATEWAYS).history;
  const formats = useFormats();
  const history = useHistory(gatewayId);
  const statusName = useStatusName();
  const who = useWho(history.changes.length > 0);
  const causeOf = ({ actorId }: Change) =>
    actorId === SYSTEM_ACTOR ? words.silence : actorId?.startsWith('key:') ? words.key : who(actorId);
  return (
    <section className={panel.section} aria-busy={history.loading}>
      <h3>{words.title}</h3>
      {history.complete && history.changes.length === 0 && <p className={classes.quiet}>{words.none}</p>}
      <ol className={classes.history} aria-label={words.title}>
        {history.changes.map((change) => (
          <li key={change.seq}>
            {formatMessage(words.change, { from: statusName(change.from), to: statusName(change.to) })}
            <span className={classes.when}>
              <time dateTime={change.at}>{formats.dateTime(change.at)}</time>
              {causeOf(change) !== '' && ` · ${causeOf(change)}`}
            </span>
          </li>
        ))}
      </ol>
      {history.error ? (
        <p role="alert">
          {words.failed}{' '}
          <Button size="compact-sm" variant="light" onClick={history.retry}>
            {text.app.retry}
          </Button>
        </p>
      ) : (
        !history.loading &&
        !history.complete && (
          <Button size="compact-sm" variant="light" loading={history.loadingMore} onClick={history.loadMore}>
            {words.more}
          </Button>
        )
      )}
    </section>
  );
};
