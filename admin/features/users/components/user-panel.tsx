'use client';

import { Button } from '@mantine/core';
import { IconEdit, IconKey, IconLock, IconLockOpen, IconTrash, IconUserOff } from '@tabler/icons-react';
import type { User } from '@wardbell/contract';
import { useState } from 'react';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { MailLink } from '../../../shared/components/mail-link';
import { toast } from '../../../shared/components/toast';
import { lazily } from '../../../shared/lazily';
import { Fact, Panel } from '../../../shared/panel/panel';
import classes from '../../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../../shared/panel/panel-states';
import { useMe } from '../../../shared/session/context';
import { userInput } from '../../../shared/session/input-names';
import { hasInput } from '../../../shared/session/kept-input';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { USERS } from '../messages';
import { describeUserFailure } from '../model/failure';
import { standingOf } from '../model/standing';
import { useChangeUser } from '../use-change-user';
import { useUser } from '../use-users';

const EditUser = lazily(async () => (await import('./edit-user')).EditUser);
const NewPassword = lazily(async () => (await import('./new-password')).NewPassword);
const DisableUser = lazily(async () => (await import('./end-access')).DisableUser);
const DeleteUser = lazily(async () => (await import('./end-access')).DeleteUser);
const UserSessions = lazily(async () => (await import('./user-sessions')).UserSessions);

type Dialog = 'edit' | 'password' | 'disable' | 'delete';

const Actions = ({ user, own, onOpen }: { user: User; own: boolean; onOpen: (dialog: Dialog) => void }) => {
  const text = useText();
  const words = useRoomText(USERS);
  const change = useChangeUser(user);
  const enable = () =>
    change.mutate(
      { status: 'active' },
      {
        onSuccess: () =>
          void toast({ tone: 'success', message: formatMessage(words.told.enabled, { name: user.name }) }),
        onError: (error) => {
          const { title, hint } = describeUserFailure(error, text, words);
          void toast({ tone: 'error', title, message: hint });
        },
      },
    );
  const common = { size: 'compact-md', variant: 'light' } as const;
  return (
    <div className={classes.actions} style={{ flexWrap: 'wrap' }}>
      <Button
        {...common}
        leftSection={<IconEdit size={16} aria-hidden="true" />}
        onClick={() => onOpen('edit')}
      >
        {words.panel.edit}
      </Button>
      {!own && user.status === 'active' && (
        <Button
          {...common}
          leftSection={<IconKey size={16} aria-hidden="true" />}
          onClick={() => onOpen('password')}
        >
          {standingOf(user) === 'invited' || standingOf(user) === 'lapsed'
            ? words.panel.newLink
            : words.panel.newPassword}
        </Button>
      )}
      {!own && user.status === 'active' && (
        <Button
          {...common}
          leftSection={<IconLock size={16} aria-hidden="true" />}
          onClick={() => onOpen('disable')}
        >
          {words.panel.disable}
        </Button>
      )}
      {!own && user.status === 'disabled' && (
        <Button
          {...common}
          leftSection={<IconLockOpen size={16} aria-hidden="true" />}
          loading={change.isPending}
          onClick={enable}
        >
          {words.panel.enable}
        </Button>
      )}
      {!own && (
        <Button
          size="compact-md"
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={16} aria-hidden="true" />}
          onClick={() => onOpen('delete')}
        >
          {words.panel.delete}
        </Button>
      )}
    </div>
  );
};

/** One account: what it may do, since when, and what an administrator can do with it. */
export const UserPanel = ({
  id,
  tenantNames,
  onClose,
}: {
  id: string;
  tenantNames: ReadonlyMap<string, string> | null;
  onClose: () => void;
}) => {
  const text = useText();
  const words = useRoomText(USERS);
  const formats = useFormats();
  const me = useMe();
  const { user, gone, error, retry } = useUser(id);
  const [dialog, setDialog] = useState<Dialog | null>(() => (hasInput(userInput(id)) ? 'edit' : null));
  const closeDialog = () => setDialog(null);
  const own = id === me.id;
  return (
    <Panel
      label={words.panel.label}
      title={gone || !user ? words.panel.label : user.name}
      focusKey={String(user !== undefined || gone || error !== null)}
      onClose={onClose}
    >
      {gone ? (
        <PanelGone icon={IconUserOff} {...words.panel.gone} onClose={onClose} />
      ) : user ? (
        <>
          <Actions user={user} own={own} onOpen={setDialog} />
          <p className={classes.hint}>{own ? words.panel.own : words.panel.signsOut}</p>
          <dl className={classes.facts}>
            <Fact name={words.columns.email}>
              <MailLink address={user.email} />
            </Fact>
            <Fact name={words.columns.role}>{text.roles[user.role]}</Fact>
            <Fact name={words.columns.status}>{words.status[standingOf(user)]}</Fact>
            {user.invited_until && (
              <Fact name={words.panel.invitedUntil}>
                <time dateTime={user.invited_until}>{formats.dateTime(user.invited_until)}</time>
              </Fact>
            )}
            {tenantNames && (
              <Fact name={words.columns.tenant}>
                {user.tenant_id === null
                  ? words.installation
                  : (tenantNames.get(user.tenant_id) ?? text.app.none)}
              </Fact>
            )}
            <Fact name={words.columns.signedIn}>
              {user.last_sign_in_at ? (
                <time dateTime={user.last_sign_in_at}>{formats.dateTime(user.last_sign_in_at)}</time>
              ) : (
                words.neverSignedIn
              )}
            </Fact>
            <Fact name={words.panel.since}>
              <time dateTime={user.created_at}>{formats.dateTime(user.created_at)}</time>
            </Fact>
            <Fact name={words.panel.changed}>
              <time dateTime={user.updated_at}>{formats.dateTime(user.updated_at)}</time>
            </Fact>
          </dl>
          <UserSessions user={user} own={own} />
          {dialog === 'edit' && <EditUser user={user} own={own} onClose={closeDialog} />}
          {dialog === 'password' && <NewPassword user={user} onClose={closeDialog} />}
          {dialog === 'disable' && <DisableUser user={user} onClose={closeDialog} />}
          {dialog === 'delete' && <DeleteUser user={user} onClose={closeDialog} onDeleted={onClose} />}
        </>
      ) : error ? (
        <FailureNotice error={error} onRetry={retry} />
      ) : (
        <PanelSkeleton lines={4} />
      )}
    </Panel>
  );
};
