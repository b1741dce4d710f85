-- Version 1. One table: partitions are ranges of its primary key.
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO meta (key, value) VALUES ('schema_version', '1');
CREATE TABLE IF NOT EXISTS rows (
    partition TEXT NOT NULL,
    row TEXT NOT NULL,
    json TEXT NOT NULL,
    etag INTEGER NOT NULL,
    PRIMARY KEY (partition, row)
) WITHOUT ROWID;
