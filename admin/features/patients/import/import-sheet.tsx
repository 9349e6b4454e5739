'use client';

import { Button, Group } from '@mantine/core';
import { MAX_IMPORT_ROWS } from '@wardbell/contract/patient-import';
import { useMemo, useState } from 'react';
import type { Described } from '../../../shared/api/describe-failure';
import { FailureAlert } from '../../../shared/components/failure-alert';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useWords } from '../../../shared/text/text';
import { type DateOrder, findOrder, needsOrder } from './birth-date';
import { guessMapping, hasHeaders, type Mapping } from './columns';
import { ColumnsCard } from './columns-card';
import type { Sheet } from './csv-file';
import { DuplicatesCard } from './duplicates-card';
import { describeImportFailure } from './failure';
import classes from './import.module.css';
import { IMPORT } from './messages';
import { ProblemsCard } from './problems-card';
import { type GoodRow, readRows } from './read-rows';
import { useCheck, useRun } from './use-import';

/** The month comes first where people write dates so. */
const orderOf = (locale: string): DateOrder => (locale === 'en-US' || locale === 'en' ? 'month' : 'day');

/** A file on its way in: columns, problems, duplicates, and the button that saves it. */
export const ImportSheet = ({
  sheet,
  onAnother,
  onDone,
}: {
  sheet: Sheet;
  onAnother: () => void;
  onDone: (outcome: { imported: number; left: number }) => void;
}) => {
  const { text, locale } = useWords();
  const words = useRoomText(IMPORT);
  const formats = useFormats();
  const filled = useMemo(() => sheet.rows.filter((cells) => cells.some((cell) => cell !== '')), [sheet]);
  const first = filled[0] ?? [];
  const [withHeaders, setWithHeaders] = useState(() => hasHeaders(first));
  const [mapping, setMapping] = useState<Mapping>(() => {
    const guessed = guessMapping(first);
    const width = Math.max(...filled.slice(0, 100).map((cells) => cells.length));
    return Array.from({ length: width }, (_, column) => guessed[column] ?? null);
  });
  const [chosenOrder, setChosenOrder] = useState(() => orderOf(locale));
  const [isLeftOut, setLeftOut] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const check = useCheck();
  const run = useRun();

  const values = useMemo(() => (withHeaders ? filled.slice(1) : filled), [filled, withHeaders]);
  const dateColumn = mapping.indexOf('birth_date');
  const dates = useMemo(
    () => (dateColumn === -1 ? [] : values.map((cells) => cells[dateColumn] ?? '')),
    [values, dateColumn],
  );
  const foundOrder = useMemo(() => findOrder(dates), [dates]);
  const orderExample = foundOrder === null ? (dates.find((date) => needsOrder([date])) ?? null) : null;
  const order = foundOrder ?? chosenOrder;
  const hasNames = mapping.includes('last_name') && mapping.includes('first_name');
  const read = useMemo(
    () => (hasNames ? readRows(sheet, { mapping, withHeaders, order }) : null),
    [sheet, mapping, withHeaders, order, hasNames],
  );
  /** What was changed has to be checked again. */
  const change = () => {
    check.reset();
    run.reset();
    setChosen(new Set());
  };
  const suspects = check.data;
  const suspected = new Set(suspects?.map(({ good }) => good.line));
  const toImport: GoodRow[] = read?.good.filter(({ line }) => !suspected.has(line) || chosen.has(line)) ?? [];
  const isOpen = read !== null && read.problems.length > 0 && !isLeftOut;
  const isTooMany = (read?.good.length ?? 0) > MAX_IMPORT_ROWS;
  const isBusy = check.isPending || run.isPending;
  const count = (n: number) => ({ n, formatted: formats.number(n) });
  const failure: Described | null = isTooMany
    ? {
        ...words.failed.tooMany,
        hint: formatMessage(words.failed.tooMany.hint, { n: formats.number(read?.good.length ?? 0) }),
      }
    : (run.error ?? check.error) && describeImportFailure(run.error ?? check.error, text, words);
  const save = () =>
    run.mutate(toImport, {
      onSuccess: (imported) =>
        onDone({ imported, left: (read?.good.length ?? 0) + (read?.badLines ?? 0) - imported }),
      onError: () => check.reset(),
    });

  return (
    <>
      <ColumnsCard
        headers={first}
        rows={values.slice(0, 100)}
        withHeaders={withHeaders}
        mapping={mapping}
        order={order}
        orderExample={orderExample}
        disabled={isBusy}
        onHeaders={(next) => {
          setWithHeaders(next);
          change();
        }}
        onMapping={(next) => {
          setMapping(next);
          change();
        }}
        onOrder={(next) => {
          setChosenOrder(next);
          change();
        }}
      />
      {read === null && (
        <p className={classes.card} role="status">
          {words.columns.needed}
        </p>
      )}
      {read !== null && read.problems.length > 0 && (
        <ProblemsCard
          read={read}
          isLeftOut={isLeftOut}
          disabled={isBusy}
          onLeaveOut={(next) => {
            setLeftOut(next);
            change();
          }}
        />
      )}
      {suspects && (
        <DuplicatesCard suspects={suspects} chosen={chosen} disabled={isBusy} onChoose={setChosen} />
      )}
      <section className={classes.card}>
        <FailureAlert failure={failure} mb="sm" />
        {read !== null && (
          <p role="status">
            {formatMessage(words.ready, count(suspects ? toImport.length : read.good.length))}
          </p>
        )}
        <Group>
          {suspects ? (
            <Button disabled={toImport.length === 0} loading={run.isPending} onClick={save}>
              {formatMessage(words.run, count(toImport.length))}
            </Button>
          ) : (
            <Button
              disabled={read === null || read.good.length === 0 || isOpen || isTooMany}
              loading={check.isPending}
              onClick={() => {
                run.reset();
                check.mutate(read?.good ?? []);
              }}
            >
              {words.check}
            </Button>
          )}
          <Button variant="default" disabled={isBusy} onClick={onAnother}>
            {words.another}
          </Button>
        </Group>
      </section>
    </>
  );
};
