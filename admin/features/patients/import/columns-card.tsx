import { Checkbox, NativeSelect } from '@mantine/core';
import { Choice } from '../../../shared/components/choice';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText } from '../../../shared/text/text';
import type { DateOrder } from './birth-date';
import { IMPORT_FIELDS, type ImportField, type Mapping } from './columns';
import classes from './import.module.css';
import { IMPORT } from './messages';

const EXAMPLES = 3;
/** A second column takes a field away from the first one. */
const assign = (mapping: Mapping, column: number, field: ImportField | null): Mapping =>
  mapping.map((known, index) => (index === column ? field : known === field ? null : known));

/** What each column of the file is, with examples, and what dates begin with where they do not tell. */
export const ColumnsCard = ({
  headers,
  rows,
  withHeaders,
  mapping,
  order,
  orderExample,
  disabled,
  onHeaders,
  onMapping,
  onOrder,
}: {
  headers: readonly string[];
  /** Those with values. */
  rows: readonly (readonly string[])[];
  withHeaders: boolean;
  mapping: Mapping;
  order: DateOrder;
  /** A date of the file that can be read in two ways, if that is to be asked. */
  orderExample: string | null;
  disabled: boolean;
  onHeaders: (withHeaders: boolean) => void;
  onMapping: (mapping: Mapping) => void;
  onOrder: (order: DateOrder) => void;
}) => {
  const words = useRoomText(IMPORT);
  const nameOf = (column: number) =>
    (withHeaders && headers[column]) || formatMessage(words.columns.column, { n: column + 1 });
  const options = [
    { value: '', label: words.columns.leaveOut },
    ...IMPORT_FIELDS.map((value) => ({ value, label: words.fields[value] })),
  ];
  const examplesOf = (column: number) =>
    rows
      .map((cells) => cells[column] ?? '')
      .filter((cell) => cell !== '')
      .slice(0, EXAMPLES)
      .join(' · ');
  return (
    <section className={classes.card} aria-labelledby="import-columns">
      <h2 id="import-columns">{words.columns.title}</h2>
      <p className={classes.lead}>{words.columns.hint}</p>
      <Checkbox
        label={words.columns.headers}
        checked={withHeaders}
        disabled={disabled}
        mb="sm"
        onChange={(event) => onHeaders(event.currentTarget.checked)}
      />
      <ul className={classes.list}>
        {mapping.map((field, column) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
          <li key={column} className={classes.row}>
            <span className={classes.name}>
              {nameOf(column)}
              <span className={classes.examples} title={examplesOf(column)}>
                {examplesOf(column)}
              </span>
            </span>
            <NativeSelect
              aria-label={formatMessage(words.columns.field, { name: nameOf(column) })}
              data={options}
              value={field ?? ''}
              disabled={disabled}
              onChange={(event) =>
                onMapping(
                  assign(
                    mapping,
                    column,
                    IMPORT_FIELDS.find((one) => one === event.currentTarget.value) ?? null,
                  ),
                )
              }
            />
          </li>
        ))}
      </ul>
      {orderExample !== null && (
        <Choice
          legend={formatMessage(words.columns.order, { example: orderExample })}
          options={[
            { value: 'day', label: words.columns.day },
            { value: 'month', label: words.columns.month },
          ]}
          value={order}
          onChange={onOrder}
        />
      )}
    </section>
  );
};
