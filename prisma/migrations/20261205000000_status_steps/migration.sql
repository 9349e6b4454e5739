-- The steps of an appointment's status that can still be undone, the last one last: [{"from": "booked", "at": "…"}].
-- Rows of before know of none, so nothing about them can be undone. A constant default rewrites no row.
ALTER TABLE wardbell.appointment
  ADD COLUMN status_steps jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(status_steps) = 'array');
