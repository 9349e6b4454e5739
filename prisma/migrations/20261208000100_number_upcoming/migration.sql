-- Appointments of today and later get their numbers from the trigger; those of before are not called any more.
UPDATE wardbell.appointment SET datetime = datetime
WHERE datetime > now() - interval '2 days' AND board_number IS NULL;
