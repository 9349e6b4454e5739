import { Checkbox, Fieldset, MultiSelect } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useState } from 'react';
import { useColleagueNames } from '../../../shared/api/colleagues';
import { useRoomText } from '../../../shared/text/text';
import { PATIENT_FORM } from '../messages';
import { joinIds, type PatientDraft, splitIds } from '../model/draft';

/** Whether only some people may open the record, and which: for tenant admins. */
export const Restriction = ({
  form,
  disabled,
}: {
  form: UseFormReturnType<PatientDraft>;
  disabled: boolean;
}) => {
  const words = useRoomText(PATIENT_FORM);
  const names = useColleagueNames();
  const [{ restricted, restricted_to }, setShown] = useState(form.getValues);
  form.watch('restricted', ({ value }) => setShown((shown) => ({ ...shown, restricted: value })));
  form.watch('restricted_to', ({ value }) => setShown((shown) => ({ ...shown, restricted_to: value })));
  const chosen = splitIds(restricted_to);
  const people = new Map([...names, ...chosen.map((id) => [id, names.get(id) ?? id] as const)]);
  return (
    <Fieldset legend={words.restrictedTitle} disabled={disabled}>
      <Checkbox
        label={words.restrict}
        description={words.restrictHint}
        checked={restricted !== ''}
        onChange={(event) =>
          form.setFieldValue('restricted', event.currentTarget.checked ? 'restricted' : '')
        }
      />
      {restricted !== '' && (
        <MultiSelect
          mt="md"
          label={words.restrictedTo}
          description={words.restrictedToHint}
          data={[...people].map(([value, label]) => ({ value, label }))}
          value={chosen}
          maxValues={100}
          searchable
          clearable
          hidePickedOptions
          limit={100}
          nothingFoundMessage={words.nobodyFound}
          clearButtonProps={{ 'aria-label': words.removePerson }}
          error={form.errors['restricted_to']}
          onChange={(ids) => form.setFieldValue('restricted_to', joinIds(ids))}
        />
      )}
    </Fieldset>
  );
};
