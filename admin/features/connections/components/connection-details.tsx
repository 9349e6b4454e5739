'use client';

import { Button, Drawer } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { describeFailure } from '../../../shared/api/describe-failure';
import { hasCode } from '../../../shared/api/failure';
import { Confirm } from '../../../shared/components/confirm';
import { toast } from '../../../shared/components/toast';
import { useApi, useMe } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { connectionsText } from '../messages';
import type { Connection } from '../use-connections';
import classes from './connections-room.module.css';
import { useConnectionState } from './use-connection-columns';

/** All that is known of a connection, and the way to end it. */
export const ConnectionDetails = ({
  connection,
  name,
  onClose,
}: {
  connection: Connection;
  name: string;
  onClose: () => void;
}) => {
  const text = useText();
  const words = useRoomText(connectionsText);
  const formats = useFormats();
  const api = useApi();
  const me = useMe();
  const cache = useQueryClient();
  const stateOf = useConnectionState();
  const [asking, setAsking] = useState(false);
  const disconnect = useMutation({
    /** Answers false when it had ended by itself meanwhile. */
    mutationFn: async () => {
      try {
        await api.call('DELETE', '/connections/:id', { params: { id: connection.id } });
        return true;
      } catch (error) {
        if (hasCode(error, 'not_found')) return false;
        throw error;
      }
    },
    onSuccess: (closed) => {
      const say = closed ? words.disconnect.done : words.disconnect.gone;
      void toast({ tone: 'success', message: formatMessage(say, { name }) });
      void cache.invalidateQueries({ queryKey: ['connections'] });
      void cache.invalidateQueries({ queryKey: ['usage'] });
      onClose();
    },
  });
  const { columns } = words.list;
  const number = (value: number | null) => (value === null ? text.app.none : formats.number(value));
  const facts: readonly (readonly [string, string])[] = [
    [columns.role, text.roles[connection.role]],
    [columns.state, stateOf(connection).label],
    [columns.since, formats.dateTime(connection.connected_at)],
    [columns.transport, words.transports[connection.transport]],
    [columns.address, connection.address ?? words.details.unknown],
    [words.details.agent, connection.client ?? words.details.unknown],
    [words.details.topics, connection.topics.join(', ')],
    [words.details.position, number(connection.position)],
    [
      words.details.waiting,
      formatMessage(words.list.bytes, {
        kilobytes: formats.number(Math.ceil(connection.pending_bytes / 1_000)),
      }),
    ],
    [words.details.instance, connection.instance_id],
    [words.details.id, connection.id],
  ];
  return (
    <Drawer
      opened
      onClose={onClose}
      closeOnEscape={!asking}
      position="right"
      size="28rem"
      title={formatMessage(words.details.title, { name })}
      closeButtonProps={{ 'aria-label': text.app.close }}
    >
      <dl className={classes.facts}>
        {facts.map(([term, value]) => (
          <FactRow key={term} term={term} value={value} />
        ))}
      </dl>
      <Button
        color="red.8"
        leftSection={<IconPlugConnectedX size={18} aria-hidden="true" />}
        onClick={() => setAsking(true)}
      >
        {words.details.disconnect}
      </Button>
      {asking && (
        <Confirm
          title={formatMessage(words.disconnect.title, { name })}
          hint={words.disconnect.hint}
          action={words.disconnect.confirm}
          pending={disconnect.isPending}
          failure={disconnect.error && describeFailure(disconnect.error, text)}
          onConfirm={() => disconnect.mutate()}
          onClose={() => setAsking(false)}
        >
          {connection.user_id === me.id && <p>{words.disconnect.own}</p>}
        </Confirm>
      )}
    </Drawer>
  );
};

const FactRow = ({ term, value }: { term: string; value: string }) => (
  <>
    <dt>{term}</dt>
    <dd>{value}</dd>
  </>
);
