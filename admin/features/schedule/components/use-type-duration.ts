import type { UseFormReturnType } from '@mantine/form';
import { useEffect, useRef } from 'react';
import { type ClinicSetup, foldName } from '../../../shared/clinic-setup/use-clinic-setup';
import type { AppointmentDraft } from '../model/draft';

/** Enters how long an appointment of a type lasts, once somebody has chosen another type. */
export const useTypeDuration = (
  form: UseFormReturnType<AppointmentDraft>,
  { type }: AppointmentDraft,
  setup: ClinicSetup | undefined,
): void => {
  const known = useRef(foldName(type));
  useEffect(() => {
    const folded = foldName(type);
    if (folded === known.current || !setup) return;
    known.current = folded;
    const record = setup.types.find((each) => each.active && foldName(each.name) === folded);
    if (record) form.setFieldValue('duration_minutes', String(record.duration_minutes));
  }, [type, setup, form.setFieldValue]);
};
