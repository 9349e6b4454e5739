'use client';

import { IconTimelineEventX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { CopyButton } from '../../../shared/components/copy-button';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Fact, Panel } from '../../../shared/panel/panel';
import panel from '../../../shared/panel/panel.module.css';
import { PanelGone, PanelSkeleton } from '../../../shared/panel/panel-states';
import { useApi } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { EVENTS } from '../messages';
import type { EventFrame } from '../use-event-log';

import { Delivered } from './delivered';
import classes from './event-panel.module.css';
import { useActorName } from './use-actor-name';
import { useEventWords } from './use-event-words';

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
        <Fact name={words.panel.who}>{nameOf(event) ?? words.byNobody}</Fact>
        <Fact name={words.panel.type}>
          <code>{event.type}</code>
        </Fact>
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
  const words = useRoomText(EVENTS);
  const formats = useFormats();
  const { typeOf } = useEventWords();
  const { data, error, refetch } = useEvent(seq, known);
  const event = known ?? data;
  return (
    <Panel
      label={words.panel.label}
      title={
        event
          ? formatMessage(words.panel.title, { type: typeOf(event.type), seq: formats.number(event.seq) })
          : words.panel.label
      }
      focusKey={String(event !== undefined || error !== null)}
      onClose={onClose}
    >
      {event ? (
        <Details event={event} />
      ) : event === null ? (
        <PanelGone icon={IconTimelineEventX} {...words.panel.gone} onClose={onClose} />
      ) : error ? (
        <FailureNotice error={error} onRetry={() => void refetch()} />
      ) : (
        <PanelSkeleton lines={4} />
      )}
    </Panel>
  );
};
