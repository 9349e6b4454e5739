-- The trigger numbers the appointments of these days, which a waiting room may call before anybody changes them. All others get
-- their number at their next change, at the latest when the patient arrives: a clinic has too many of them for one statement.
-- Those that somebody is changing now are skipped, so that neither waits for the other.
UPDATE wardbell.appointment a SET datetime = a.datetime
FROM (SELECT s.tenant_id, s.id FROM wardbell.appointment s
      WHERE s.datetime BETWEEN now() - interval '2 days' AND now() + interval '2 days' AND s.board_number IS NULL
      FOR NO KEY UPDATE SKIP LOCKED) near
WHERE a.tenant_id = near.tenant_id AND a.id = near.id;
