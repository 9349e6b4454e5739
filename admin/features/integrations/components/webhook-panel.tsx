'use client';

import { IconWebhookOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { lazily } from '../../../shared/lazily';
import { Fact, Panel } from '../../../shared/panel/panel';
import panel from '../../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../../shared/panel/panel-states';
import { webhookInput } from '../../../shared/session/input-names';
import { hasInput } from '../../../shared/session/kept-input';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { INTEGRATIONS } from '../messages';
import { stateOf } from '../model/webhook-state';
import type { Webhook } from '../queries/use-webhooks';
import classes from './integrations-room.module.css';
import { isTrouble } from './use-webhook-columns';
import { useWebhookWords } from './use-webhook-words';
import { WebhookActions, type WebhookDialog } from './webhook-actions';
import { WebhookAttempts } from './webhook-attempts';

const EditWebhook = lazily(async () => (await import('./edit-webhook')).EditWebhook);
const Rewind = lazily(async () => (await import('./rewind')).Rewind);
const RotateSecret = lazily(async () => (await import('./rotate-secret')).RotateSecret);
const DisableWebhook = lazily(async () => (await import('./end-webhook')).DisableWebhook);
const DeleteWebhook = lazily(async () => (await import('./end-webhook')).DeleteWebhook);

const Details = ({ row, head, onClose }: { row: Webhook; head: number | null; onClose: () => void }) => {
  const text = useText();
  const { webhooks: words, views } = useRoomText(INTEGRATIONS);
  const formats = useFormats();
  const say = useWebhookWords();
  const names = useColleagueNames();
  const [dialog, setDialog] = useState<WebhookDialog | null>(() =>
    hasInput(webhookInput(row.id)) ? 'edit' : null,
  );
  const [testId, setTestId] = useState<string | null>(null);
  const state = stateOf(row, head);
  const closeDialog = () => setDialog(null);
  const time = (at: string | null) =>
    at === null ? text.app.none : <time dateTime={at}>{formats.dateTime(at)}</time>;
  return (
    <>
      <WebhookActions row={row} onOpen={setDialog} onTest={setTestId} />
      <dl className={panel.facts}>
        <Fact name={words.columns.state}>
          <span className={isTrouble(state) ? classes.trouble : undefined}>{say.state(state)}</span>
          {state.kind === 'disabled' && <div>{words.disabledReasons[state.reason]}</div>}
        </Fact>
        {row.failed_attempts > 0 && (
          <Fact name={words.panel.nextAttempt}>
            {time(row.next_attempt_at)}
            <div>{formatMessage(words.panel.failedAttempts, { n: row.failed_attempts })}</div>
          </Fact>
        )}
        <Fact name={words.columns.position}>
          {head === null
            ? formats.number(row.position)
            : formatMessage(words.panel.positionOf, {
                position: formats.number(row.position),
                head: formats.number(Math.max(head, row.position)),
              })}
        </Fact>
        <Fact name={words.columns.lastSuccess}>
          {row.last_success_at === null ? words.noSuccess : time(row.last_success_at)}
        </Fact>
        <Fact name={words.columns.types}>{say.types(row)}</Fact>
        <Fact name={words.columns.view}>{views[row.payload]}</Fact>
        {row.description !== null && <Fact name={words.form.description}>{row.description}</Fact>}
        <Fact name={words.panel.created}>{time(row.created_at)}</Fact>
        <Fact name={words.panel.createdBy}>{names.get(row.created_by) ?? text.app.none}</Fact>
      </dl>
      <WebhookAttempts id={row.id} testId={testId} />
      {dialog === 'edit' && <EditWebhook row={row} onClose={closeDialog} />}
      {dialog === 'rewind' && <Rewind row={row} head={head} onClose={closeDialog} />}
      {dialog === 'rotate' && <RotateSecret row={row} onClose={closeDialog} />}
      {dialog === 'disable' && <DisableWebhook row={row} onClose={closeDialog} />}
      {dialog === 'delete' && <DeleteWebhook row={row} onClose={closeDialog} onDeleted={onClose} />}
    </>
  );
};

/** One webhook: its delivery state, its settings, and its attempts. */
export const WebhookPanel = ({
  row,
  head,
  isLoaded,
  onClose,
}: {
  row: Webhook | undefined;
  head: number | null;
  isLoaded: boolean;
  onClose: () => void;
}) => {
  const words = useRoomText(INTEGRATIONS).webhooks;
  return (
    <Panel
      label={words.panel.label}
      title={row?.url ?? words.panel.label}
      focusKey={String(row !== undefined || isLoaded)}
      onClose={onClose}
    >
      {row ? (
        <Details row={row} head={head} onClose={onClose} />
      ) : isLoaded ? (
        <PanelGone icon={IconWebhookOff} {...words.panel.gone} onClose={onClose} />
      ) : (
        <PanelSkeleton lines={5} />
      )}
    </Panel>
  );
};
