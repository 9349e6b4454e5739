import { CheckName, type SystemInstance } from '@wardbell/contract/system';
import { useNow } from '../../../shared/hooks/use-now';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { systemText } from '../messages';
import classes from './system-room.module.css';

const stateOf = ({ alive, report }: SystemInstance) => {
  if (!alive) return 'silent';
  if (!report) return 'untold';
  return report.draining ? 'draining' : report.status;
};

/** One instance: how it does, by its own account, and when it was last heard. */
export const InstanceCard = ({ instance }: { instance: SystemInstance }) => {
  const words = useRoomText(systemText);
  const said = words.instances;
  const formats = useFormats();
  const nowMs = useNow(1_000);
  const { report } = instance;
  const state = stateOf(instance);
  return (
    <article className={classes.instance} aria-label={instance.host}>
      <header className={classes.instanceHead}>
        <h3 className={classes.host}>{instance.host}</h3>
        {instance.answering && <span className={classes.badge}>{said.answering}</span>}
        <span className={classes.state} data-state={state}>
          {said.status[state]}
        </span>
      </header>
      <dl className={classes.facts}>
        <dt>{said.connections}</dt>
        <dd>{formats.number(instance.connections)}</dd>
        <dt>{said.heartbeat}</dt>
        <dd>
          {/* of one that lives it is seconds ago: a clock there would only flicker */}
          <time dateTime={instance.heartbeat_at} title={formats.dateTime(instance.heartbeat_at)}>
            {instance.alive
              ? formats.ago(instance.heartbeat_at, nowMs)
              : formats.dateTime(instance.heartbeat_at)}
          </time>
        </dd>
        <dt>{said.started}</dt>
        <dd>{formats.dateTime(instance.started_at)}</dd>
        {report && (
          <>
            {CheckName.options.map((name) => {
              const { status, since } = report.checks[name];
              return (
                <CheckFact
                  key={name}
                  name={said.checks[name]}
                  failed={status !== 'ok'}
                  value={`${formatMessage(said.checkSince, { state: said.check[status], time: formats.time(since) })}${
                    name === 'bus' ? ` (${report.bus === 'redis' ? said.overRedis : said.overPostgres})` : ''
                  }`}
                />
              );
            })}
            <dt>{said.waiting}</dt>
            <dd>
              {report.oldest_unannounced_ms === 0
                ? said.nothingWaits
                : formatMessage(words.database.milliseconds, {
                    ms: formats.number(report.oldest_unannounced_ms),
                  })}
            </dd>
            <dt>{said.lagging}</dt>
            <dd>
              {formatMessage(said.laggingCount, {
                n: report.lagging,
                formatted: formats.number(report.lagging),
              })}
            </dd>
            <dt>{said.version}</dt>
            <dd>{report.version}</dd>
          </>
        )}
        <dt>{said.id}</dt>
        <dd>{instance.id}</dd>
      </dl>
    </article>
  );
};

const CheckFact = ({ name, value, failed }: { name: string; value: string; failed: boolean }) => (
  <>
    <dt>{name}</dt>
    <dd data-failed={failed || undefined}>{value}</dd>
  </>
);
