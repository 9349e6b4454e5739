import { Fact } from '../../../shared/panel/panel';
import { useFormats } from '../../../shared/text/formats';
import { formatMessage } from '../../../shared/text/message';
import { useRoomText, useText } from '../../../shared/text/text';
import { AUDIT } from '../messages';
import { type FieldChange, wordOf } from '../model/changes';
import { useFieldWords } from './use-field-words';

const INSTANT = /^\d{4}-\d\d-\d\dT/;

/** What a setting was and what it is now, in the reader's language. */
export const FieldChanges = ({ changes }: { changes: readonly FieldChange[] }) => {
  const text = useText();
  const words = useRoomText(AUDIT);
  const formats = useFormats();
  const fields = useFieldWords();
  const values: Readonly<Record<string, string>> = { ...words.values, ...text.roles };
  const say = (value: string | number | null): string => {
    if (value === null || value === '') return words.noValue;
    if (typeof value === 'number') return formats.number(value);
    if (INSTANT.test(value)) return formats.dateTime(value);
    return values[value] ?? value;
  };
  const nameOf = (field: string): string => {
    const name = fields[wordOf(field)] ?? field;
    const group =
      field.startsWith('ceilings.') || field.startsWith('floor.') ? field.split('.')[0] : undefined;
    return group === undefined ? name : formatMessage(words.bounds, { name, bound: fields[group] ?? group });
  };
  return changes.map(({ field, before, after }) => (
    <Fact key={field} name={nameOf(field)}>
      <del>{say(before)}</del> → <ins>{say(after)}</ins>
    </Fact>
  ));
};
