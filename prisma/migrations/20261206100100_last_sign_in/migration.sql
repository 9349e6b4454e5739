-- When somebody last signed in: sessions are forgotten after a while. Administrators see it in the list of users.
ALTER TABLE wardbell.user_account ADD COLUMN last_sign_in_at timestamptz;
UPDATE wardbell.user_account u SET last_sign_in_at = s.at
FROM (SELECT user_id, max(created_at) AS at FROM wardbell.auth_session WHERE user_id IS NOT NULL GROUP BY user_id) s
WHERE s.user_id = u.id;
