'use client';

import { Skeleton, VisuallyHidden } from '@mantine/core';
import type { UsageMinute } from '@wardbell/contract';
import { useMemo } from 'react';
import type { ChartData } from '../../../shared/chart/series';
import { TimeChart } from '../../../shared/chart/time-chart';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { connectionsText } from '../messages';
import { useUsage, useUsageHistory } from '../use-usage';
import classes from './connections-room.module.css';
import { roundMs } from './round-ms';
import { useReasonName } from './use-reason-name';

/** Lines that one can still tell apart. */
const MAX_REASONS = 4;

/** What is a rate or a sum is not known of the minute that still runs. */
const finished = (
  minutes: readonly UsageMinute[],
  read: (minute: UsageMinute) => number | null,
): (number | null)[] => minutes.map((minute, index) => (index === minutes.length - 1 ? null : read(minute)));

const reasonsOf = (minutes: readonly UsageMinute[]): readonly string[] => {
  const sums = new Map<string, number>();
  for (const { rejected_by } of minutes) {
    for (const [reason, n] of Object.entries(rejected_by)) sums.set(reason, (sums.get(reason) ?? 0) + n);
  }
  return [...sums].sort(([, a], [, b]) => b - a).map(([reason]) => reason);
};

/** How it went: connections, messages, delivery and refusals over the chosen time. */
export const ConnectionCharts = ({ tenantId, minutes }: { tenantId: string; minutes: number }) => {
  const words = useRoomText(connectionsText);
  const formats = useFormats();
  const reasonName = useReasonName();
  const usage = useUsage(tenantId).data;
  const limit = usage?.max_connections;
  const openNow = usage?.connections ?? 0;
  const history = useUsageHistory(tenantId, minutes);
  const { data } = history;
  const timesS = useMemo(() => (data ?? []).map(({ minute }) => Date.parse(minute) / 1_000), [data]);

  const connections = useMemo<ChartData>(() => {
    const open = (data ?? []).map((minute, index) =>
      // an instance may not have written down the minute that runs
      index === timesS.length - 1 ? Math.max(openNow, minute.peak_connections) : minute.peak_connections,
    );
    return {
      timesS,
      series: [
        { id: 'open', label: words.charts.open, values: open, filled: true },
        // far above what is used it would press everything else to the ground
        ...(limit !== undefined && limit <= 4 * Math.max(1, ...open)
          ? [{ id: 'limit', label: words.charts.limit, values: timesS.map(() => limit) }]
          : []),
      ],
    };
  }, [data, timesS, limit, openNow, words]);
  const rate = useMemo<ChartData>(() => {
    const values = finished(data ?? [], (minute) => minute.messages_sent / 60);
    return { timesS, series: [{ id: 'sent', label: words.charts.sent, values, filled: true }] };
  }, [data, timesS, words]);
  const delivery = useMemo<ChartData>(() => {
    const of = (quantile: 'p50' | 'p99') => (data ?? []).map((minute) => minute.delivery_ms[quantile]);
    return {
      timesS,
      series: [
        { id: 'p99', label: words.charts.p99, values: of('p99') },
        { id: 'p50', label: words.charts.p50, values: of('p50') },
      ],
    };
  }, [data, timesS, words]);
  const rejected = useMemo<ChartData>(() => {
    const known = reasonsOf(data ?? []);
    const shown = known.slice(0, MAX_REASONS);
    const series =
      known.length === 0
        ? [
            {
              id: 'all',
              label: words.charts.refused,
              values: (data ?? []).map((minute) => minute.rejected),
              filled: true,
            },
          ]
        : shown.map((reason) => ({
            id: reason,
            label: reasonName(reason),
            values: (data ?? []).map((minute) => minute.rejected_by[reason] ?? 0),
          }));
    return { timesS, series };
  }, [data, timesS, words, reasonName]);

  if (!data) {
    return (
      <div className={classes.charts}>
        {['connections', 'rate', 'delivery', 'rejected'].map((id) => (
          <Skeleton key={id} height={276} radius="lg" />
        ))}
      </div>
    );
  }
  const number = (value: number) => formats.number(Math.round(value * 100) / 100);
  const ms = (value: number) =>
    formatMessage(words.figures.milliseconds, { ms: formats.number(roundMs(value)) });
  const { stale } = history;
  return (
    <section className={classes.charts} aria-label={words.charts.label}>
      <VisuallyHidden component="h2">{words.charts.label}</VisuallyHidden>
      <TimeChart title={words.charts.connections} data={connections} format={number} whole stale={stale} />
      <TimeChart title={words.charts.rate} data={rate} format={number} stale={stale} />
      <TimeChart title={words.charts.delivery} data={delivery} format={ms} stale={stale} />
      <TimeChart title={words.charts.rejected} data={rejected} format={number} whole stale={stale} />
    </section>
  );
};
