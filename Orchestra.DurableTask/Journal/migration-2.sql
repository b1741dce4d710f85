-- Long texts go to a table of their own. Those that are in their rows already stay there, and are read from there.
CREATE TABLE payloads (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX payloads_instance ON payloads (instance_id);
ALTER TABLE instances ADD COLUMN input_payload INTEGER;
ALTER TABLE instances ADD COLUMN output_payload INTEGER;
ALTER TABLE instances ADD COLUMN status_payload INTEGER;
ALTER TABLE history ADD COLUMN payload INTEGER;
ALTER TABLE inbox ADD COLUMN payload INTEGER;
ALTER TABLE work ADD COLUMN payload INTEGER;
CREATE INDEX instances_parent ON instances (json_extract(parent, '$.InstanceId')) WHERE parent IS NOT NULL;
