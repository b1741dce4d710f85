CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row per running process. Its expiry stands for every lease that the process holds.
CREATE TABLE owners (
  id TEXT PRIMARY KEY,
  pid INTEGER NOT NULL,
  started TEXT NOT NULL,
  boot TEXT NOT NULL,
  expires INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE instances (
  id TEXT PRIMARY KEY,
  execution_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL DEFAULT '',
  status INTEGER NOT NULL,
  input TEXT,
  output TEXT,
  custom_status TEXT,
  failure TEXT,
  tags TEXT,
  parent TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  completed_at INTEGER,
  start_at INTEGER,
  owner TEXT,
  epoch INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  input_payload INTEGER,
  output_payload INTEGER,
  status_payload INTEGER
);
CREATE INDEX instances_created ON instances (created_at, id);
CREATE INDEX instances_owner ON instances (owner) WHERE owner IS NOT NULL;
CREATE INDEX instances_parent ON instances (json_extract(parent, '$.InstanceId')) WHERE parent IS NOT NULL;
CREATE INDEX instances_open ON instances (status) WHERE status IN (0, 6, 7);

CREATE TABLE history (
  instance_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  body TEXT NOT NULL,
  payload INTEGER,
  PRIMARY KEY (instance_id, seq)
) WITHOUT ROWID;

-- Messages to instances. A timer is a message that becomes visible later.
-- via: the owner to whom the message was already handed in memory.
CREATE TABLE inbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id TEXT NOT NULL,
  execution_id TEXT,
  task_id INTEGER,
  visible_at INTEGER NOT NULL,
  body TEXT NOT NULL,
  via TEXT,
  payload INTEGER
);
CREATE INDEX inbox_instance ON inbox (instance_id);
CREATE INDEX inbox_fresh ON inbox (instance_id) WHERE via IS NULL;

CREATE TABLE work (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  task_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  input TEXT,
  tags TEXT,
  owner TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  suspect INTEGER NOT NULL DEFAULT 0,
  payload INTEGER
);
CREATE INDEX work_instance ON work (instance_id);
CREATE INDEX work_owner ON work (owner);

-- Texts too long for the tables above, which refer to them. Each belongs to one instance; its rows may share it.
CREATE TABLE payloads (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX payloads_instance ON payloads (instance_id);
