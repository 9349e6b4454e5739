-- The link by which a person chooses the own password is a step of signing in: it ends with any change of the password, role or
-- status of the account, and with its deletion (see end_sign_in_steps).
ALTER TABLE wardbell.sign_in_step DROP CONSTRAINT sign_in_step_purpose_check;
ALTER TABLE wardbell.sign_in_step ADD CONSTRAINT sign_in_step_purpose_check
  CHECK (purpose IN ('second_factor', 'password_change', 'enrolment', 'assertion', 'registration', 'invitation'));

-- Also with a change of the address: the link may have gone to the person who has the wrong one.
DROP TRIGGER end_sign_in_steps ON wardbell.user_account;
CREATE TRIGGER end_sign_in_steps AFTER UPDATE OF email, password_hash, role, status, deleted_at ON wardbell.user_account
  FOR EACH ROW WHEN (OLD.email IS DISTINCT FROM NEW.email OR OLD.password_hash IS DISTINCT FROM NEW.password_hash
                     OR OLD.role <> NEW.role OR OLD.status <> NEW.status OR OLD.deleted_at IS DISTINCT FROM NEW.deleted_at)
  EXECUTE FUNCTION wardbell.end_sign_in_steps();
