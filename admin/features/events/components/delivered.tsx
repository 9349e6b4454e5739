import { UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useColleagueNames } from '../../../shared/api/colleagues';
import panel from '../../../shared/panel/panel.module.css';
import room from '../../../shared/room/room.module.css';
import { useApi } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { EVENTS } from '../messages';
import { type Delivery, deliveryOf, type Socket } from '../model/delivery';
import type { EventFrame } from '../use-event-log';
import classes from './event-panel.module.css';

const REFRESH_MS = 3_000;
const PAGE = 200;
const MAX_PAGES = 10;
const ORDER = ['waiting', 'given', 'later', 'deaf'] as const satisfies readonly Delivery[];
const OWN_TYPE = /^(patient|appointment)_|^system_notification$/;

const useSockets = () => {
  const api = useApi();
  return useQuery({
    queryKey: ['connections', 'delivery'],
    refetchInterval: REFRESH_MS,
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const sockets: Socket[] = [];
      let after = '';
      for (let page = 0; page < MAX_PAGES; page++) {
        const answer = await api.call('GET', '/connections', { query: { limit: PAGE, after }, signal });
        sockets.push(...answer.data);
        if (answer.next === null) break;
        after = answer.next;
      }
      return sockets;
    },
  });
};

/** Which of the connections that are open now have been given an event, as far as the registry can tell. */
export const Delivered = ({ event }: { event: EventFrame }) => {
  const text = useText();
  const words = useRoomText(EVENTS).delivery;
  const formats = useFormats();
  const colleagues = useColleagueNames();
  const { data: sockets, isError, refetch } = useSockets();
  return (
    <section className={panel.section}>
      <h3>{words.title}</h3>
      {sockets === undefined ? (
        isError ? (
          <p role="alert" className={room.warning}>
            {words.failed}{' '}
            <UnstyledButton className={room.link} onClick={() => void refetch()}>
              {text.app.retry}
            </UnstyledButton>
          </p>
        ) : (
          <p className={classes.dim} role="status">
            {words.loading}
          </p>
        )
      ) : sockets.length === 0 ? (
        <p className={classes.dim}>{words.none}</p>
      ) : (
        ORDER.map((delivery) => {
          const some = sockets.filter((socket) => deliveryOf(event, socket) === delivery);
          return (
            some.length > 0 && (
              <details key={delivery} className={classes.group} open={delivery !== 'deaf'}>
                <summary>{formatMessage(words[delivery], { n: some.length })}</summary>
                <ul>
                  {some.map((socket) => (
                    <li key={socket.id}>
                      {colleagues.get(socket.user_id) ?? socket.user_id} · {text.roles[socket.role]} ·{' '}
                      {formatMessage(words.since, { time: formats.time(socket.connected_at) })}
                    </li>
                  ))}
                </ul>
                {delivery === 'later' && <p className={classes.dim}>{words.laterHint}</p>}
              </details>
            )
          );
        })
      )}
      <p className={classes.dim}>
        {words.note}
        {!OWN_TYPE.test(event.type) && ` ${words.audience}`}
      </p>
    </section>
  );
};
