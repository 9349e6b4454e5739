-- The component that delivered a dead letter of origin `dapr`: with the topic it names the subscription for a retry.
ALTER TABLE wardbell.dead_letter ADD COLUMN pubsubname text;
