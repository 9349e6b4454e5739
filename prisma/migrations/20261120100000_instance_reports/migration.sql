-- What an instance says of its own health, so that one of them can tell of all. NULL until it has said it once.
ALTER TABLE wardbell.instance ADD COLUMN report jsonb;

-- Why handshakes were refused: {"tenant_limit": 3}. The names are those of the contract's closes, so few.
ALTER TABLE wardbell.tenant_usage ADD COLUMN rejected_by jsonb NOT NULL DEFAULT '{}';
