'use client';

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Api } from '../../../shared/api/api';
import { describeFailure } from '../../../shared/api/describe-failure';
import { useApi } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import classes from './escalation.module.css';

const PAGE = 200;
/** Looks no further back than so many pages of notices. */
const MAX_PAGES = 5;

/** The event that told a person of a notice: that of the notice itself, or of the step. */
const findEvent = async (
  api: Api,
  notice: { id: string; seq: number },
  step: number,
  signal: AbortSignal,
) => {
  const type = 'system_notification';
  if (step === 0) {
    const query = { type, before: notice.seq + 1, limit: 1 };
    return (await api.call('GET', '/events', { query, signal })).data[0]?.id;
  }
  let since = notice.seq;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { data } = await api.call('GET', '/events', { query: { type, since, limit: PAGE }, signal });
    const found = data.find((event) => event.data['id'] === notice.id && event.data['step'] === step);
    if (found) return found.id;
    const last = data.at(-1);
    if (!last || data.length < PAGE) break;
    since = last.seq;
  }
  return undefined;
};

const Answer = ({
  notice,
  userId,
  step,
}: {
  notice: { id: string; seq: number };
  userId: string;
  step: number;
}) => {
  const text = useText();
  const words = useRoomText(NOTIFICATIONS).why;
  const formats = useFormats();
  const api = useApi();
  const { data, error } = useQuery({
    queryKey: ['notice-delivery', notice.id, userId, step],
    queryFn: async ({ signal }) => {
      const id = await findEvent(api, notice, step, signal);
      if (id === undefined) return null;
      return api.call('GET', '/events/:id/delivery', { params: { id }, query: { user_id: userId }, signal });
    },
    staleTime: 0,
    gcTime: 0,
  });
  if (error) return <span role="alert">{describeFailure(error, text).title}</span>;
  if (data === undefined) return <span role="status">{text.app.loading}</span>;
  if (data === null) return <span role="status">{words.noEvent}</span>;
  return (
    <div role="status">
      <p className={classes.sentence}>{words.reasons[data.reason_code]}</p>
      {data.connections.map(({ connection_id, connected_at, written_at }) => (
        <p key={connection_id} className={classes.quiet}>
          {formatMessage(written_at === null ? words.connected : words.written, {
            connected: formats.dateTime(connected_at),
            written: written_at === null ? '' : formats.dateTime(written_at),
          })}
        </p>
      ))}
    </div>
  );
};

/** Says in words what became of a notice for one person, on demand. */
export const Why = ({
  nameId,
  ...props
}: {
  notice: { id: string; seq: number };
  userId: string;
  step: number;
  /** Id of the element that names the person. */
  nameId: string;
}) => {
  const words = useRoomText(NOTIFICATIONS).why;
  const [isAsked, setAsked] = useState(false);
  return isAsked ? (
    <Answer {...props} />
  ) : (
    <Button size="compact-sm" variant="subtle" aria-describedby={nameId} onClick={() => setAsked(true)}>
      {words.ask}
    </Button>
  );
};
