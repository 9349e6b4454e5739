'use client';

import { Button, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconTimelineEventX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { describeFailure } from '../../lib/describe-failure';
import type { EventFrame } from '../../lib/events/use-event-log';
import { useFormats } from '../../lib/formats';
import { useApi } from '../../lib/session/context';
import { EVENTS } from '../../lib/text/events';
import { useRoomText, useText } from '../../lib/text/text';
import { CopyButton } from '../copy-button';
import { Notice } from '../notice';
import { Fact, Panel } from '../panel';
import panel from '../panel.module.css';
import { useActorName } from './columns';
import { Delivered } from './delivered';
import classes from './event-panel.module.css';

/** An event by its number, which the list may not have loaded. Null: it is not kept. */
const useEvent = (seq: string, known: EventFrame | undefined) => {
  const api = useApi();
  const number = Number(seq);
  const valid = Number.isSafeInteger(number) && number > 0;
  return useQuery({
    queryKey: ['event', seq],
    enabled: known === undefined && valid,
    queryFn: async ({ signal }) => {
      const { data } = await api.call('GET', '/events', { query: { before: number + 1, limit: 1 }, signal });
      return data.find((event) => event.seq === number) ?? null;
    },
    ...(known ? { initialData: known } : valid ? {} : { initialData: null }),
  });
};

const Details = ({ event }: { event: EventFrame }) => {
  const words = useRoomText(EVENTS);
  const formats = useFormats();
  const nameOf = useActorName();
  const json = JSON.stringify(event.data, null, 2);
  return (
    <>
      <dl className={panel.facts}>
        <Fact name={words.panel.at}>
          <time dateTime={event.timestamp}>{formats.dateTime(event.timestamp)}</time>
        </Fact>
        <Fact name={words.panel.who}>{nameOf(event.actor_id) ?? words.byNobody}</Fact>
        <Fact name={words.panel.id}>
          <code>{event.id}</code>
        </Fact>
      </dl>
      <section className={panel.section}>
        <div className={classes.head}>
          <h3>{words.panel.payload}</h3>
          <CopyButton value={json} words={words.panel} size="compact-sm" />
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by key */}
        <section className={classes.payload} tabIndex={0} aria-label={words.panel.payload}>
          <pre>{json}</pre>
        </section>
      </section>
      <Delivered event={event} />
    </>
  );
};

/** One event: what it carries, who made it, and which of the open connections have got it. */
export const EventPanel = ({
  seq,
  known,
  onClose,
}: {
  seq: string;
  known: EventFrame | undefined;
  onClose: () => void;
}) => {
  const text = useText();
  const words = useRoomText(EVENTS);
  const formats = useFormats();
  const { data, error, refetch } = useEvent(seq, known);
  const event = known ?? data;
  return (
    <Panel
      label={words.panel.label}
      title={event ? words.panel.title(event.type, formats.number(event.seq)) : words.panel.label}
      focusKey={String(event !== undefined || error !== null)}
      onClose={onClose}
    >
      {event ? (
        <Details event={event} />
      ) : event === null ? (
        <Notice icon={IconTimelineEventX} {...words.panel.gone}>
          <Button variant="light" onClick={onClose}>
            {text.app.close}
          </Button>
        </Notice>
      ) : error ? (
        <Notice icon={IconAlertTriangle} tone="alarm" {...describeFailure(error, text)}>
          <Button variant="light" onClick={() => void refetch()}>
            {text.app.retry}
          </Button>
        </Notice>
      ) : (
        <div role="status" aria-label={text.app.loading} className={panel.skeleton}>
          {[60, 80, 45, 70].map((width) => (
            <Skeleton key={width} height={12} width={`${width}%`} />
          ))}
        </div>
      )}
    </Panel>
  );
};
