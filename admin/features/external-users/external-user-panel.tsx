'use client';

import { Alert, Button } from '@mantine/core';
import { IconAlertCircle, IconLock, IconLockOpen, IconUserOff } from '@tabler/icons-react';
import { useState } from 'react';
import { describeFailure } from '../../shared/api/describe-failure';
import { Confirm } from '../../shared/components/confirm';
import { FailureAlert } from '../../shared/components/failure-alert';
import { toast } from '../../shared/components/toast';
import { Fact, Panel } from '../../shared/panel/panel';
import classes from '../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../shared/panel/panel-states';
import { useMe } from '../../shared/session/context';
import { useFormats } from '../../shared/text/formats';
import { formatMessage } from '../../shared/text/message';
import { useRoomText, useText } from '../../shared/text/text';
import { EXTERNAL_USERS } from './messages';
import { type ExternalRow, useBlock } from './use-external-users';

const Block = ({ row, onClose }: { row: ExternalRow; onClose: () => void }) => {
  const text = useText();
  const words = useRoomText(EXTERNAL_USERS).block;
  const block = useBlock(row.sub, 'PUT');
  const confirm = () =>
    block.mutate(undefined, {
      onSuccess: () => {
        onClose();
        void toast({ tone: 'success', message: formatMessage(words.done, { name: row.sub }) });
      },
    });
  return (
    <Confirm
      title={formatMessage(words.title, { name: row.sub })}
      hint={words.hint}
      action={words.confirm}
      pending={block.isPending}
      failure={block.error && describeFailure(block.error, text)}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
};

const Allow = ({ row }: { row: ExternalRow }) => {
  const text = useText();
  const words = useRoomText(EXTERNAL_USERS);
  const allow = useBlock(row.sub, 'DELETE');
  const failure = allow.error && describeFailure(allow.error, text);
  return (
    <>
      <FailureAlert failure={failure} mb="sm" />
      <Button
        variant="light"
        size="compact-md"
        leftSection={<IconLockOpen size={16} aria-hidden="true" />}
        loading={allow.isPending}
        onClick={() => allow.mutate()}
      >
        {words.allow.action}
      </Button>
    </>
  );
};

const Actions = ({ row, onBlock }: { row: ExternalRow; onBlock: () => void }) => {
  const words = useRoomText(EXTERNAL_USERS);
  const me = useMe();
  if (row.sub === me.id) return <p className={classes.hint}>{words.own}</p>;
  if (!row.blocked) {
    return (
      <Button
        variant="default"
        size="compact-md"
        leftSection={<IconLock size={16} aria-hidden="true" />}
        onClick={onBlock}
      >
        {words.block.action}
      </Button>
    );
  }
  // a block that is not the clinic's own: only a super admin lifts it
  if (row.blocked_at === null && me.role !== 'super_admin') {
    return (
      <Alert variant="light" icon={<IconAlertCircle />} title={words.byProvider.title} role="status">
        {words.byProvider.hint}
      </Alert>
    );
  }
  return <Allow row={row} />;
};

/** One person of single sign-on, and the means to shut them out or let them in again. */
export const ExternalUserPanel = ({
  row,
  loading,
  tenantName,
  onClose,
}: {
  row: ExternalRow | undefined;
  loading: boolean;
  /** Absent for admins of one clinic. */
  tenantName: string | undefined;
  onClose: () => void;
}) => {
  const text = useText();
  const words = useRoomText(EXTERNAL_USERS);
  const formats = useFormats();
  const [blocking, setBlocking] = useState(false);
  return (
    <Panel
      label={words.panel}
      title={row?.sub ?? words.panel}
      focusKey={String(row !== undefined)}
      onClose={onClose}
    >
      {row ? (
        <>
          <div className={classes.actions} style={{ flexWrap: 'wrap' }}>
            <Actions row={row} onBlock={() => setBlocking(true)} />
          </div>
          <dl className={classes.facts}>
            <Fact name={words.columns.state}>{row.blocked ? words.blocked : words.allowed}</Fact>
            <Fact name={words.columns.role}>{row.role === null ? text.app.none : text.roles[row.role]}</Fact>
            <Fact name={words.columns.seen}>
              {row.last_seen_at === null ? (
                words.never
              ) : (
                <time dateTime={row.last_seen_at}>{formats.dateTime(row.last_seen_at)}</time>
              )}
            </Fact>
            {tenantName !== undefined && <Fact name={words.columns.tenant}>{tenantName}</Fact>}
          </dl>
          {blocking && <Block row={row} onClose={() => setBlocking(false)} />}
        </>
      ) : loading ? (
        <PanelSkeleton lines={3} />
      ) : (
        <PanelGone icon={IconUserOff} {...words.gone} onClose={onClose} />
      )}
    </Panel>
  );
};
