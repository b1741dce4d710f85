-- Version 3. One table: partitions are ranges of its primary key. Documents lie apart from the key's index, which is read to find them: in version 2
-- they were in it, and each comparison with the key of a long one read the whole document. Version 1 had no counts.
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rows (
    partition TEXT NOT NULL,
    row TEXT NOT NULL,
    json TEXT NOT NULL,
    etag INTEGER NOT NULL,
    PRIMARY KEY (partition, row)
);

-- Counting a partition must not cost more the more history there is.
CREATE TABLE IF NOT EXISTS counts (partition TEXT PRIMARY KEY, rows INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counts (partition, rows)
    SELECT partition, COUNT(*) FROM rows WHERE EXISTS (SELECT 1 FROM meta WHERE key = 'schema_version' AND value = '1') GROUP BY partition;
CREATE TRIGGER IF NOT EXISTS rows_inserted AFTER INSERT ON rows BEGIN
    INSERT INTO counts (partition, rows) VALUES (new.partition, 1) ON CONFLICT (partition) DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER IF NOT EXISTS rows_deleted AFTER DELETE ON rows BEGIN
    UPDATE counts SET rows = rows - 1 WHERE partition = old.partition;
    DELETE FROM counts WHERE partition = old.partition AND rows <= 0;
END;
INSERT INTO meta (key, value) VALUES ('schema_version', '3') ON CONFLICT (key) DO UPDATE SET value = '3';
