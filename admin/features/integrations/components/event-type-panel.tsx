'use client';

import { Button } from '@mantine/core';
import { IconEdit, IconTimelineEventX, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { Confirm } from '../../../shared/components/confirm';
import { CopyButton } from '../../../shared/components/copy-button';
import { lazily } from '../../../shared/lazily';
import { Fact, Panel } from '../../../shared/panel/panel';
import panel from '../../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../../shared/panel/panel-states';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { type EventType, useDeleteEventType } from '../queries/use-event-types';
import { CodeBox } from './code-box';
import classes from './integrations-room.module.css';

const EventTypeForm = lazily(async () => (await import('./event-type-form')).EventTypeForm);

const Details = ({ row, onClose }: { row: EventType; onClose: () => void }) => {
  const text = useText();
  const { eventTypes: words, copy } = useRoomText(INTEGRATIONS);
  const formats = useFormats();
  const remove = useDeleteEventType(row.type);
  const [dialog, setDialog] = useState<'edit' | 'delete' | null>(null);
  const closeDialog = () => setDialog(null);
  const json = JSON.stringify(row.schema, null, 2);
  return (
    <>
      <div className={panel.actions}>
        <Button
          size="compact-md"
          variant="light"
          leftSection={<IconEdit size={16} aria-hidden="true" />}
          onClick={() => setDialog('edit')}
        >
          {words.panel.edit}
        </Button>
        <Button
          size="compact-md"
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={16} aria-hidden="true" />}
          onClick={() => setDialog('delete')}
        >
          {words.panel.delete}
        </Button>
      </div>
      <dl className={panel.facts}>
        <Fact name={words.columns.description}>{row.description ?? text.app.none}</Fact>
        <Fact name={words.columns.version}>{formats.number(row.version)}</Fact>
        <Fact name={words.columns.changed}>
          <time dateTime={row.updated_at}>{formats.dateTime(row.updated_at)}</time>
        </Fact>
      </dl>
      <section className={panel.section}>
        <div className={classes.exampleHead}>
          <h3>{words.form.schema}</h3>
          {row.schema !== null && (
            <CopyButton value={json} words={{ ...copy, copy: words.panel.copy }} size="compact-sm" />
          )}
        </div>
        {row.schema === null ? (
          <p className={panel.hint}>{words.anyData}</p>
        ) : (
          <CodeBox label={words.form.schema}>{json}</CodeBox>
        )}
      </section>
      {dialog === 'edit' && <EventTypeForm row={row} onClose={closeDialog} />}
      {dialog === 'delete' && (
        <Confirm
          title={formatMessage(words.remove.title, { type: row.type })}
          hint={words.remove.hint}
          action={words.remove.confirm}
          pending={remove.isPending}
          failure={remove.error && describeFailure(remove.error, text)}
          onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
          onClose={closeDialog}
        />
      )}
    </>
  );
};

/** One described event type with its schema. */
export const EventTypePanel = ({
  row,
  isLoaded,
  onClose,
}: {
  row: EventType | undefined;
  isLoaded: boolean;
  onClose: () => void;
}) => {
  const words = useRoomText(INTEGRATIONS).eventTypes;
  return (
    <Panel
      label={words.panel.label}
      title={row?.type ?? words.panel.label}
      focusKey={String(row !== undefined || isLoaded)}
      onClose={onClose}
    >
      {row ? (
        <Details row={row} onClose={onClose} />
      ) : isLoaded ? (
        <PanelGone icon={IconTimelineEventX} {...words.panel.gone} onClose={onClose} />
      ) : (
        <PanelSkeleton lines={4} />
      )}
    </Panel>
  );
};
