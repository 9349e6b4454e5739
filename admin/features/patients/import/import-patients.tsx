'use client';

import { Button, FileButton, Group } from '@mantine/core';
import { IconFileTypeCsv, IconUserCheck } from '@tabler/icons-react';
import { useState } from 'react';
import type { Described } from '../../../shared/api/describe-failure';
import { FailureAlert } from '../../../shared/components/failure-alert';
import { Link } from '../../../shared/components/link';
import { Notice } from '../../../shared/components/notice';
import { BackLink } from '../../../shared/room/back-link';
import { Room } from '../../../shared/room/room';
import room from '../../../shared/room/room.module.css';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import { decodeText, MAX_FILE_BYTES, parseSheet, type Sheet } from './csv-file';
import { ImportSheet } from './import-sheet';
import { IMPORT } from './messages';

/** Takes over patients from a file: it is read in the browser, shown with what is wrong, and saved as a whole at the end. */
export const ImportPatients = () => {
  const words = useRoomText(IMPORT);
  const formats = useFormats();
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const [failure, setFailure] = useState<Described | null>(null);
  const [outcome, setOutcome] = useState<{ imported: number; left: number } | null>(null);

  const open = async (file: File | null) => {
    if (file === null) return;
    setFailure(null);
    if (file.size > MAX_FILE_BYTES) return setFailure(words.failed.tooLarge);
    const read = parseSheet(decodeText(new Uint8Array(await file.arrayBuffer())));
    const { title, hint } = words.failed.broken;
    if (read.rows.length === 0) setFailure(words.failed.empty);
    else if (read.brokenRow !== null)
      setFailure({ title, hint: formatMessage(hint, { line: read.brokenRow + 1 }) });
    else setSheet(read);
  };
  const count = (n: number) => ({ n, formatted: formats.number(n) });
  return (
    <Room title={words.title} bar={<BackLink href="/patients/">{words.back}</BackLink>}>
      <div className={room.page}>
        {outcome ? (
          <div role="status">
            <Notice
              icon={IconUserCheck}
              title={formatMessage(words.done.title, count(outcome.imported))}
              hint={
                outcome.left > 0
                  ? `${words.done.hint} ${formatMessage(words.done.left, count(outcome.left))}`
                  : words.done.hint
              }
            >
              <Button component={Link} href="/patients/">
                {words.done.open}
              </Button>
            </Notice>
          </div>
        ) : sheet ? (
          <ImportSheet sheet={sheet} onAnother={() => setSheet(null)} onDone={setOutcome} />
        ) : (
          <>
            <FailureAlert failure={failure} />
            <Notice icon={IconFileTypeCsv} title={words.choose.title} hint={words.choose.hint}>
              <Group justify="center">
                <FileButton accept=".csv,.tsv,.txt,text/csv" onChange={(file) => void open(file)}>
                  {(props) => <Button {...props}>{words.choose.button}</Button>}
                </FileButton>
              </Group>
              <p>{words.choose.privacy}</p>
            </Notice>
          </>
        )}
      </div>
    </Room>
  );
};
