-- The column alone: its lock on the table ends with this migration, before any row is read.
ALTER TABLE wardbell.appointment ADD COLUMN board_number text;
