'use client';

import { Button } from '@mantine/core';
import { IconMailOff, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { CopyButton } from '../../../shared/components/copy-button';
import { FailureAlert } from '../../../shared/components/failure-alert';
import { toast } from '../../../shared/components/toast';
import { lazily } from '../../../shared/lazily';
import { Fact, Panel } from '../../../shared/panel/panel';
import panel from '../../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../../shared/panel/panel-states';
import { useFormats } from '../../../shared/text/formats';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { eventOf } from '../model/dead-letter';
import { type DeadLetter, useRetry } from '../queries/use-dead-letters';
import { CodeBox } from './code-box';
import classes from './integrations-room.module.css';
import { useDeadLetterWords } from './use-dead-letter-words';

const DeleteDeadLetter = lazily(async () => (await import('./end-dead-letter')).DeleteDeadLetter);

const Details = ({ row, onClose }: { row: DeadLetter; onClose: () => void }) => {
  const text = useText();
  const { deadLetters: words, copy } = useRoomText(INTEGRATIONS);
  const formats = useFormats();
  const say = useDeadLetterWords();
  const retry = useRetry(row.id);
  const [isDeleting, setDeleting] = useState(false);
  const { seq } = eventOf(row);
  const json = JSON.stringify(row.event, null, 2);
  const failure =
    retry.error &&
    (hasCode(retry.error, 'conflict') ? words.refused[row.origin] : describeFailure(retry.error, text));
  const start = () =>
    retry.mutate(undefined, {
      onSuccess: () => void toast({ tone: 'success', message: words.told.retried[row.origin] }),
    });
  return (
    <>
      <div className={panel.actions}>
        <Button
          size="compact-md"
          variant="light"
          leftSection={<IconRefresh size={16} aria-hidden="true" />}
          loading={retry.isPending}
          onClick={start}
        >
          {words.panel.retry}
        </Button>
        <Button
          size="compact-md"
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={16} aria-hidden="true" />}
          onClick={() => setDeleting(true)}
        >
          {words.panel.delete}
        </Button>
      </div>
      <FailureAlert failure={failure} mb="md" />
      <dl className={panel.facts}>
        <Fact name={words.columns.reason}>{say.reason(row)}</Fact>
        <Fact name={words.columns.origin}>{words.origins[row.origin]}</Fact>
        <Fact name={words.columns.place}>{say.place(row)}</Fact>
        {seq !== null && <Fact name={words.panel.seq}>{formats.number(seq)}</Fact>}
        <Fact name={words.columns.received}>
          <time dateTime={row.received_at}>{formats.dateTime(row.received_at)}</time>
        </Fact>
      </dl>
      <section className={panel.section}>
        <div className={classes.exampleHead}>
          <h3>{words.panel.event}</h3>
          <CopyButton value={json} words={{ ...copy, copy: words.panel.copy }} size="compact-sm" />
        </div>
        <CodeBox label={words.panel.event}>{json}</CodeBox>
      </section>
      {isDeleting && <DeleteDeadLetter row={row} onClose={() => setDeleting(false)} onDeleted={onClose} />}
    </>
  );
};

/** One dead letter: its event, the reason, and what can be done about it. */
export const DeadLetterPanel = ({
  row,
  isLoaded,
  onClose,
}: {
  row: DeadLetter | undefined;
  isLoaded: boolean;
  onClose: () => void;
}) => {
  const words = useRoomText(INTEGRATIONS).deadLetters;
  const say = useDeadLetterWords();
  return (
    <Panel
      label={words.panel.label}
      title={row ? say.type(row) : words.panel.label}
      focusKey={String(row !== undefined || isLoaded)}
      onClose={onClose}
    >
      {row ? (
        <Details row={row} onClose={onClose} />
      ) : isLoaded ? (
        <PanelGone icon={IconMailOff} {...words.panel.gone} onClose={onClose} />
      ) : (
        <PanelSkeleton lines={4} />
      )}
    </Panel>
  );
};
