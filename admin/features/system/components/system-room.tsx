'use client';

import { Skeleton } from '@mantine/core';
import { AsOf } from '../../../shared/components/as-of';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import { useRoomText, useText } from '../../../shared/text/text';
import { systemText } from '../messages';
import { problemsOf, type SystemProblem } from '../problems';
import { useSystem } from '../use-system';
import { DatabaseFigures } from './database-figures';
import { HealthChanges } from './health-changes';
import { InstanceCard } from './instance-card';
import { Overall, Unsure } from './overall';
import { ProblemList } from './problem-list';
import classes from './system-room.module.css';

/** What the stream says when the API cannot. */
const databaseAway = (sinceMs: number): SystemProblem => ({
  kind: 'database',
  severity: 'failed',
  host: null,
  instanceId: null,
  since: new Date(sinceMs).toISOString(),
});

/** How the installation does: what is wrong and since when, every instance, and the database. */
export const SystemRoom = () => {
  const text = useText();
  const words = useRoomText(systemText);
  const { polled, changes, ...stream } = useSystem();
  const { data, stale, error } = polled;
  // An answer says more than the stream of one instance: it came from the database.
  const databaseAwayMs = stale ? stream.databaseAwayMs : null;
  const known = data && !stale ? problemsOf(data) : [];
  const problems = databaseAwayMs === null ? known : [databaseAway(databaseAwayMs)];
  const sure = data !== undefined && (!stale || databaseAwayMs !== null);
  return (
    <Room title={text.rooms.system}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls and holds no control must be reached by key */}
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
        <HealthChanges changes={changes} />
      </div>
    </Room>
  );
};
