'use client';

import type { ClinicSetup } from '../../../shared/clinic-setup/use-clinic-setup';
import { AbsencesCard } from './absences-card';
import classes from './clinic-setup.module.css';
import { DoubleBookingCard } from './double-booking-card';
import { HoursCard } from './hours-card';
import { RecordsCard } from './records-card';

/** A card for each part of the setup. */
export const SetupCards = ({ setup }: { setup: ClinicSetup }) => (
  <div className={classes.cards}>
    <RecordsCard kind="practitioners" rows={setup.practitioners} />
    <RecordsCard kind="rooms" rows={setup.rooms} />
    <RecordsCard kind="types" rows={setup.types} />
    <HoursCard hours={setup.hours} practitioners={setup.practitioners} />
    <AbsencesCard absences={setup.absences} practitioners={setup.practitioners} />
    <DoubleBookingCard settings={setup.settings} />
  </div>
);
