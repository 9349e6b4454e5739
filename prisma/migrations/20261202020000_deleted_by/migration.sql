-- Who deleted a patient, for the list from which it can be restored. NULL: deleted before this was kept.
ALTER TABLE wardbell.deleted_patient ADD COLUMN deleted_by text;
