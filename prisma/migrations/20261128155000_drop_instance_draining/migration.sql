-- No released server reads or writes this column: whether an instance drains is in its report.
ALTER TABLE wardbell.instance DROP COLUMN draining;
