'use client';

import { Alert, Button } from '@mantine/core';
import { IconAlertCircle, IconLock, IconLockOpen, IconUserOff } from '@tabler/icons-react';
import { useState } from 'react';
import { describeFailure } from '../../shared/api/describe-failure';
import { hasCode } from '../../shared/api/failure';
import { Confirm } from '../../shared/components/confirm';
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
  // what a super admin has blocked is not there for a tenant admin to lift
  const failure =
    allow.error &&
    (hasCode(allow.error, 'not_found') ? words.byProvider : describeFailure(allow.error, text));
  const submit = () =>
    allow.mutate(undefined, {
      onSuccess: () =>
        void toast({ tone: 'success', message: formatMessage(words.allow.done, { name: row.sub }) }),
    });
  return (
    <>
      {failure && (
        <Alert
          color="red"
          variant="light"
          icon={<IconAlertCircle />}
          title={failure.title}
          role="alert"
          mb="sm"
        >
          {failure.hint}
        </Alert>
      )}
      <Button
        variant="light"
        size="compact-md"
        leftSection={<IconLockOpen size={16} aria-hidden="true" />}
        loading={allow.isPending}
        onClick={submit}
      >
        {words.allow.action}
      </Button>
    </>
  );
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
  const me = useMe();
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
            {row.sub === me.id ? (
              <p className={classes.hint}>{words.own}</p>
            ) : row.blocked ? (
              <Allow row={row} />
            ) : (
              <Button
                variant="default"
                size="compact-md"
                leftSection={<IconLock size={16} aria-hidden="true" />}
                onClick={() => setBlocking(true)}
              >
                {words.block.action}
              </Button>
            )}
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
