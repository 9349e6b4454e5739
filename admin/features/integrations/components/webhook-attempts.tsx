'use client';

import { Alert } from '@mantine/core';
import { describeFailure } from '../../../shared/api/describe-failure';
import { AsOf } from '../../../shared/components/as-of';
import panel from '../../../shared/panel/panel.module.css';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { type Attempt, useAttempts } from '../queries/use-webhooks';
import classes from './integrations-room.module.css';
import { useWebhookWords } from './use-webhook-words';

/** The result of the test message that was just requested. */
const TestResult = ({ result }: { result: Attempt | undefined }) => {
  const words = useRoomText(INTEGRATIONS).webhooks.test;
  const say = useWebhookWords();
  const formats = useFormats();
  const isSuccess = result?.outcome === 'success';
  return (
    <Alert
      role="status"
      variant="light"
      color={result === undefined ? 'gray' : isSuccess ? 'teal' : 'red'}
      mt="md"
      title={result === undefined ? words.pending : isSuccess ? words.succeeded : words.failed}
      classNames={{ title: classes.alertTitle }}
    >
      {result &&
        formatMessage(words.result, {
          outcome: say.outcome(result),
          duration: formats.number(result.duration_ms),
        })}
    </Alert>
  );
};

const AttemptEntry = ({ attempt }: { attempt: Attempt }) => {
  const words = useRoomText(INTEGRATIONS).webhooks.attempts;
  const say = useWebhookWords();
  const formats = useFormats();
  const { at, seq, type, outcome, duration_ms, next_attempt_at } = attempt;
  return (
    <li>
      <div>
        <time dateTime={at} className={classes.quiet}>
          {formats.dateTime(at)}
        </time>
        {' · '}
        {seq === null ? type : formatMessage(words.event, { type, seq: formats.number(seq) })}
      </div>
      <div className={outcome === 'success' ? undefined : classes.trouble}>
        {formatMessage(words.result, {
          outcome: say.outcome(attempt),
          duration: formats.number(duration_ms),
          attempt: attempt.attempt,
        })}
      </div>
      {next_attempt_at !== null && (
        <div className={classes.quiet}>
          {formatMessage(words.next, { time: formats.dateTime(next_attempt_at) })}
        </div>
      )}
    </li>
  );
};

/** The newest attempts of a webhook, and the result of a test. */
export const WebhookAttempts = ({ id, testId }: { id: string; testId: string | null }) => {
  const text = useText();
  const words = useRoomText(INTEGRATIONS).webhooks.attempts;
  const polled = useAttempts(id);
  return (
    <>
      {testId !== null && (
        <TestResult result={polled.data?.find(({ message_id }) => message_id === testId)} />
      )}
      <section className={panel.section}>
        <h3>{words.title}</h3>
        {polled.data === undefined ? (
          <p className={panel.hint} role={polled.error ? 'alert' : 'status'}>
            {polled.error ? describeFailure(polled.error, text).title : text.app.loading}
          </p>
        ) : polled.data.length === 0 ? (
          <p className={panel.hint}>{words.none}</p>
        ) : (
          <ol className={classes.attempts}>
            {polled.data.map((attempt) => (
              <AttemptEntry key={attempt.id} attempt={attempt} />
            ))}
          </ol>
        )}
        <AsOf polled={polled} />
      </section>
    </>
  );
};
