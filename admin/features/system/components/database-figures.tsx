import type { SystemState } from '@wardbell/contract';
import { Figure, Figures } from '../../../shared/components/figures';
import { useNow } from '../../../shared/hooks/use-now';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { systemText } from '../messages';

const MEGABYTE = 1_000_000;
const GIGABYTE = 1_000 * MEGABYTE;

/** The database, as it told of itself when it was last asked. */
export const DatabaseFigures = ({
  database,
  stale,
}: {
  database: SystemState['database'] | undefined;
  stale: boolean;
}) => {
  const words = useRoomText(systemText).database;
  const formats = useFormats();
  const nowMs = useNow(30_000);
  const backupAt = database?.backup_at ?? null;
  const size = (bytes: number) =>
    bytes >= GIGABYTE
      ? formatMessage(words.gigabytes, { gb: formats.number(Math.round(bytes / (GIGABYTE / 10)) / 10) })
      : formatMessage(words.megabytes, { mb: formats.number(Math.round(bytes / MEGABYTE)) });
  return (
    <Figures label={words.label} stale={stale}>
      <Figure
        heading="h3"
        name={words.answer}
        value={database && formatMessage(words.milliseconds, { ms: formats.number(database.answer_ms) })}
        hint={words.answerHint}
      />
      <Figure
        heading="h3"
        name={words.connections}
        value={database && formats.number(database.connections)}
        share={database && database.connections / database.max_connections}
        hint={database && formatMessage(words.ofMax, { max: formats.number(database.max_connections) })}
      />
      <Figure
        heading="h3"
        name={words.size}
        value={database && size(database.size_bytes)}
        hint={
          typeof database?.disk_free_bytes === 'number'
            ? formatMessage(words.diskFree, { size: size(database.disk_free_bytes) })
            : words.sizeHint
        }
      />
      <Figure
        heading="h3"
        name={words.backup}
        value={database && (backupAt === null ? words.backupUnknown : formats.ago(backupAt, nowMs))}
        hint={backupAt === null ? words.backupUnknownHint : formats.dateTime(backupAt)}
      />
      <Figure
        heading="h3"
        name={words.version}
        value={database?.version}
        hint={database && formatMessage(words.versionHint, { time: formats.dateTime(database.started_at) })}
      />
    </Figures>
  );
};
