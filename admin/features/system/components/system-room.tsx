'use client';

import { SegmentedControl, Skeleton } from '@mantine/core';
import type { SystemInstance } from '@wardbell/contract';
import { AsOf } from '../../../shared/components/as-of';
import { useAddress } from '../../../shared/hooks/use-address';
import { lazily } from '../../../shared/lazily';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import { useRoomText, useText } from '../../../shared/text/text';
import { systemText } from '../messages';
import { problemsOf, type SystemProblem } from '../problems';
import { type System, useSystem } from '../use-system';
import { DatabaseFigures } from './database-figures';
import { HealthChanges } from './health-changes';
import { InstanceCard } from './instance-card';
import { Overall, Unsure } from './overall';
import { ProblemList } from './problem-list';
import classes from './system-room.module.css';

const SystemHistoryCharts = lazily(async () => (await import('./system-history')).SystemHistoryCharts);
const SystemLogView = lazily(async () => (await import('../log/system-log')).SystemLogView);

const VIEWS = ['state', 'log'] as const;
const NO_INSTANCES: readonly SystemInstance[] = [];

/** What the stream says when the API cannot. */
const databaseAway = (sinceMs: number): SystemProblem => ({
  kind: 'database',
  severity: 'failed',
  host: null,
  instanceId: null,
  since: new Date(sinceMs).toISOString(),
});

/** The state of the installation, or its log. */
export const SystemRoom = () => {
  const text = useText();
  const words = useRoomText(systemText);
  const system = useSystem();
  const address = useAddress();
  const view = VIEWS.find((known) => known === address.get('view')) ?? 'state';
  return (
    <Room
      title={text.rooms.system}
      bar={
        <SegmentedControl
          aria-label={words.views.label}
          data={VIEWS.map((value) => ({ value, label: words.views[value] }))}
          value={view}
          onChange={(value) => address.set({ view: value === 'log' ? value : null })}
        />
      }
    >
      {view === 'log' ? (
        <SystemLogView instances={system.polled.data?.instances ?? NO_INSTANCES} />
      ) : (
        <SystemHealth {...system} />
      )}
    </Room>
  );
};

/** How the installation does: what is wrong and since when, every instance, and the database. */
const SystemHealth = ({ polled, changes, ...stream }: System) => {
  const words = useRoomText(systemText);
  const { data, stale, error } = polled;
  // An answer says more than the stream of one instance: it came from the database.
  const databaseAwayMs = stale ? stream.databaseAwayMs : null;
  const known = data && !stale ? problemsOf(data) : [];
  const problems = databaseAwayMs === null ? known : [databaseAway(databaseAwayMs)];
  const sure = data !== undefined && (!stale || databaseAwayMs !== null);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls and holds no control must be reached by key
    <div className={room.page} tabIndex={0}>
      {sure ? (
        <Overall problems={problems} instances={data.instances.length} />
      ) : error ? (
        <Unsure error={error} onRetry={polled.refresh} />
      ) : (
        <Skeleton height="5.5rem" radius="lg" />
      )}
      <AsOf polled={polled} />
      {problems.length > 0 && <ProblemList problems={problems} />}
      <section className={classes.part} data-stale={stale || undefined} aria-labelledby="instances">
        <h2 id="instances" className={classes.partTitle}>
          {words.instances.label}
        </h2>
        <div className={classes.instances}>
          {data ? (
            data.instances.map((instance) => <InstanceCard key={instance.id} instance={instance} />)
          ) : (
            <Skeleton height="19rem" radius="lg" />
          )}
        </div>
      </section>
      <div>
        <h2 className={classes.partTitle}>{words.database.label}</h2>
        <DatabaseFigures database={data?.database} stale={stale} />
      </div>
      <SystemHistoryCharts />
      <HealthChanges changes={changes} />
    </div>
  );
};
