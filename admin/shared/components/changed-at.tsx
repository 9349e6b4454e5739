import { useWho } from '../api/colleagues';
import { actorOf } from '../hooks/use-recent-changes';
import { useFormats } from '../text/formats';

/** When an object was changed last, and by whom, if this page was there. */
export const ChangedAt = ({
  row,
}: {
  row: { readonly id: string; readonly version: number; readonly updated_at: string };
}) => {
  const formats = useFormats();
  const actorId = actorOf(row);
  const who = useWho(actorId !== undefined)(actorId);
  return (
    <>
      <time dateTime={row.updated_at}>{formats.dateTime(row.updated_at)}</time>
      {who !== '' && ` ${who}`}
    </>
  );
};
