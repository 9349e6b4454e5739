'use client';

import { SegmentedControl, Skeleton } from '@mantine/core';
import type { SystemHistory } from '@wardbell/contract';
import { useMemo } from 'react';
import { usePolled } from '../../../shared/api/use-polled';
import type { ChartData } from '../../../shared/chart/series';
import { TimeChart } from '../../../shared/chart/time-chart';
import { FailureNotice } from '../../../shared/components/failure-notice';
import { useAddress } from '../../../shared/hooks/use-address';
import { useApi } from '../../../shared/session/context';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { systemText } from '../messages';
import classes from './system-history.module.css';
import room from './system-room.module.css';

const RANGES = ['24', '168'] as const;
const EVERY_MS = 60_000;
const MEASURES = ['connections', 'messages_per_s', 'behind_ms', 'lagging'] as const;
type Measure = (typeof MEASURES)[number];

const courseOf = (history: SystemHistory, measure: Measure, label: string): ChartData => ({
  timesS: history.data.map(({ at }) => Date.parse(at) / 1_000),
  series: [{ id: measure, label, values: history.data.map((point) => point[measure]), filled: true }],
});

/** How the installation did in the last day or week, as its instances wrote it down. */
export const SystemHistoryCharts = () => {
  const words = useRoomText(systemText).history;
  const formats = useFormats();
  const api = useApi();
  const address = useAddress();
  const hours = RANGES.find((known) => known === address.get('hours')) ?? '24';
  const polled = usePolled({
    queryKey: ['system-history', hours],
    everyMs: EVERY_MS,
    queryFn: (signal) => api.call('GET', '/system/history', { query: { hours }, signal }),
  });
  const { data, stale, error } = polled;
  const courses = useMemo(
    () => data && MEASURES.map((measure) => ({ measure, data: courseOf(data, measure, words[measure]) })),
    [data, words],
  );
  const number = (value: number) => formats.number(Math.round(value * 10) / 10);
  const ms = (value: number) => formatMessage(words.milliseconds, { ms: formats.number(value) });
  return (
    <section aria-labelledby="history">
      <div className={classes.head}>
        <h2 id="history" className={room.partTitle}>
          {words.title}
        </h2>
        <SegmentedControl
          aria-label={words.range}
          size="sm"
          data={RANGES.map((value) => ({ value, label: words.ranges[value] }))}
          value={hours}
          onChange={(value) => address.set({ hours: value === '168' ? value : null })}
        />
      </div>
      <div className={classes.charts}>
        {courses ? (
          courses.map(({ measure, data: course }) => (
            <TimeChart
              key={`${measure} ${hours}`}
              title={words[measure]}
              data={course}
              format={measure === 'behind_ms' ? ms : number}
              whole={measure !== 'messages_per_s'}
              stale={stale}
            />
          ))
        ) : error ? (
          <FailureNotice error={error} onRetry={polled.refresh} />
        ) : (
          MEASURES.map((measure) => <Skeleton key={measure} height={276} radius="lg" />)
        )}
      </div>
    </section>
  );
};
