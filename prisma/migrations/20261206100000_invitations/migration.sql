-- The link by which a person chooses the own password is a step of signing in: it ends with any change of the password, role or
-- status of the account, and with its deletion (see end_sign_in_steps).
ALTER TABLE wardbell.sign_in_step DROP CONSTRAINT sign_in_step_purpose_check;
ALTER TABLE wardbell.sign_in_step ADD CONSTRAINT sign_in_step_purpose_check
  CHECK (purpose IN ('second_factor', 'password_change', 'enrolment', 'assertion', 'registration', 'invitation'));
