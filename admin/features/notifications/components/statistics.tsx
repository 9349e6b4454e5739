'use client';

import { useQuery } from '@tanstack/react-query';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { Figure, Figures } from '../../../shared/components/figures';
import room from '../../../shared/room/room.module.css';
import { useApi } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { NOTIFICATIONS } from '../messages';
import classes from './escalation.module.css';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** A duration with one unit, in words. */
const useDuration = () => {
  const words = useRoomText(NOTIFICATIONS).statistics;
  const formats = useFormats();
  return (ms: number): string => {
    const [value, unit] =
      ms < MINUTE_MS
        ? [ms / SECOND_MS, words.seconds]
        : ms < HOUR_MS
          ? [ms / MINUTE_MS, words.minutes]
          : [ms / HOUR_MS, words.hours];
    return formatMessage(unit, { n: formats.number(Math.round(value * 10) / 10) });
  };
};

/** How the notices of the last seven days have reached people. Drills do not count. */
export const Statistics = () => {
  const words = useRoomText(NOTIFICATIONS).statistics;
  const formats = useFormats();
  const api = useApi();
  const duration = useDuration();
  const { data, error, refetch } = useQuery({
    queryKey: ['notice-stats'],
    queryFn: ({ signal }) => api.call('GET', '/notifications/stats', { signal }),
    staleTime: 0,
    refetchInterval: 30_000,
    refetchOnWindowFocus: true,
  });
  if (error && !data) {
    return (
      <div className={room.sheet}>
        <div className={room.notice} role="status">
          <FailureNotice error={error} onRetry={() => void refetch()} />
        </div>
      </div>
    );
  }
  const sentence = (
    times: { readonly p50: number | null; readonly p95: number | null } | undefined,
    template: string,
    none: string,
  ) => {
    if (!times) return undefined;
    if (times.p50 === null || times.p95 === null) return none;
    return formatMessage(template, { half: duration(times.p50), most: duration(times.p95) });
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on a small screen, and nothing in it takes the focus
    <div className={room.page} tabIndex={0}>
      <Figures label={words.title}>
        <Figure name={words.sent} value={data && formats.number(data.sent)} hint={words.days} />
        <Figure name={words.acknowledged} value={data && formats.number(data.acknowledged)} />
        <Figure name={words.unanswered} value={data && formats.number(data.unanswered)} />
      </Figures>
      <div className={room.sheet}>
        <div className={classes.sentences}>
          <p className={classes.sentence}>{sentence(data?.delivery_ms, words.delivery, words.noDelivery)}</p>
          <p className={classes.sentence}>{sentence(data?.seen_ms, words.seen, words.noSeen)}</p>
          <p className={classes.sentence}>
            {sentence(data?.acknowledge_ms, words.acknowledge, words.noAcknowledge)}
          </p>
          <p className={classes.quiet}>{words.drills}</p>
        </div>
      </div>
    </div>
  );
};
