import { NumberInput, Select, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useMemo } from 'react';
import { useRoomText } from '../../../shared/text/text';
import { LIMIT_FIELDS } from '../../limits/model/fields';
import { tenantsText } from '../messages';
import type { TenantDraft } from '../model/draft';
import classes from './tenants-room.module.css';

/** Every zone that this browser knows; UTC is not among them by that name. */
const useTimeZones = (present: string): readonly string[] =>
  useMemo(
    () => [...new Set(['UTC', present, ...Intl.supportedValuesOf('timeZone')])].filter(Boolean),
    [present],
  );

/** The fields of a clinic. */
export const TenantFields = ({
  form,
  disabled,
}: {
  form: UseFormReturnType<TenantDraft>;
  disabled: boolean;
}) => {
  const words = useRoomText(tenantsText).form;
  const zones = useTimeZones(form.values.time_zone);
  return (
    <div className={classes.fields}>
      <TextInput
        label={words.name}
        withAsterisk
        required
        autoComplete="off"
        disabled={disabled}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <TextInput
        label={words.slug}
        description={words.slugHint}
        withAsterisk
        required
        autoComplete="off"
        spellCheck={false}
        disabled={disabled}
        {...form.getInputProps('slug')}
      />
      <Select
        label={words.timeZone}
        description={words.timeZoneHint}
        data={zones}
        searchable
        allowDeselect={false}
        limit={100}
        disabled={disabled}
        {...form.getInputProps('time_zone')}
      />
      <fieldset className={classes.group}>
        <legend>{words.ceilings}</legend>
        <p>{words.ceilingsHint}</p>
        {LIMIT_FIELDS.map((field) => (
          <NumberInput
            key={field}
            label={words[field]}
            allowNegative={false}
            allowDecimal={false}
            hideControls
            inputMode="numeric"
            disabled={disabled}
            {...form.getInputProps(field)}
          />
        ))}
      </fieldset>
    </div>
  );
};
