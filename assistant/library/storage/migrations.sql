-- The steps from an empty database to the current tables, for assistant/library/storage/migrations.py.
-- A step begins with "-- step NUMBER: TITLE"; statements after "-- sqlite" or "-- postgresql" are for that
-- database only. A blank line ends a statement. {serial} is the database's own counting key.
-- A step that was released is never changed: a new one is added at the end.

-- step 1: tables

CREATE TABLE projects (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE,
    template TEXT NOT NULL, retrieval TEXT NOT NULL, generation TEXT NOT NULL,
    created_at TEXT NOT NULL)

CREATE TABLE documents (
    project_id TEXT NOT NULL REFERENCES projects (id), id TEXT NOT NULL, seq INTEGER NOT NULL,
    kind TEXT NOT NULL, title TEXT NOT NULL, uri TEXT NOT NULL, version INTEGER NOT NULL,
    content_hash TEXT NOT NULL, content_key TEXT NOT NULL, metadata TEXT NOT NULL,
    fetched_at TEXT NOT NULL, stored_at TEXT NOT NULL, epic_count INTEGER NOT NULL,
    story_count INTEGER NOT NULL, criterion_count INTEGER NOT NULL,
    case_count INTEGER NOT NULL, indexed_version INTEGER, indexed_at TEXT,
    chunk_count INTEGER NOT NULL, removed_at TEXT, PRIMARY KEY (project_id, id))

CREATE TABLE document_versions (
    project_id TEXT NOT NULL, document_id TEXT NOT NULL, version INTEGER NOT NULL,
    stored_at TEXT NOT NULL, document TEXT NOT NULL, epics TEXT NOT NULL, cases TEXT NOT NULL,
    PRIMARY KEY (project_id, document_id, version),
    FOREIGN KEY (project_id, document_id) REFERENCES documents (project_id, id))

CREATE TABLE runs (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects (id),
    seq INTEGER NOT NULL, created_at TEXT NOT NULL, finished_at TEXT, actor TEXT NOT NULL,
    request TEXT NOT NULL, status TEXT NOT NULL, error TEXT NOT NULL, owner TEXT NOT NULL,
    cancel_requested INTEGER NOT NULL, writer TEXT NOT NULL, epic_keys TEXT NOT NULL,
    body TEXT NOT NULL, plan INTEGER NOT NULL, condition_count INTEGER NOT NULL,
    conditions TEXT NOT NULL, questions TEXT NOT NULL, uncovered TEXT NOT NULL,
    timings TEXT NOT NULL)

CREATE INDEX runs_by_project ON runs (project_id, seq)

CREATE TABLE run_chunks (
    run_id TEXT NOT NULL REFERENCES runs (id), plan INTEGER NOT NULL, rank INTEGER NOT NULL,
    project_id TEXT NOT NULL, chunk_id TEXT NOT NULL, score DOUBLE PRECISION NOT NULL,
    stage TEXT NOT NULL, chunk TEXT NOT NULL, PRIMARY KEY (run_id, plan, rank))

CREATE INDEX run_chunks_by_chunk ON run_chunks (project_id, chunk_id)

CREATE TABLE rejected_drafts (
    run_id TEXT NOT NULL REFERENCES runs (id), seq INTEGER NOT NULL,
    condition_id TEXT NOT NULL, attempt INTEGER NOT NULL, draft TEXT NOT NULL,
    PRIMARY KEY (run_id, seq), UNIQUE (run_id, condition_id, attempt))

CREATE TABLE cases (
    project_id TEXT NOT NULL REFERENCES projects (id), id TEXT NOT NULL, seq INTEGER NOT NULL,
    run_id TEXT REFERENCES runs (id), document_id TEXT, given_key TEXT, import_key TEXT,
    status TEXT NOT NULL, technique TEXT, title TEXT NOT NULL, row_version INTEGER NOT NULL,
    updated_at TEXT NOT NULL, updated_by TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (project_id, id), UNIQUE (project_id, run_id, given_key),
    FOREIGN KEY (project_id, document_id) REFERENCES documents (project_id, id))

CREATE INDEX cases_by_seq ON cases (project_id, seq)

CREATE INDEX cases_by_run ON cases (project_id, run_id, seq)

CREATE INDEX cases_by_document ON cases (project_id, document_id)

CREATE TABLE case_versions (
    project_id TEXT NOT NULL REFERENCES projects (id), case_id TEXT NOT NULL,
    version INTEGER NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
    reason TEXT NOT NULL, restores INTEGER, body TEXT NOT NULL,
    PRIMARY KEY (project_id, case_id, version))

CREATE TABLE events (
    seq {serial}, project_id TEXT NOT NULL REFERENCES projects (id), at TEXT NOT NULL,
    actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
    subject_id TEXT NOT NULL, detail TEXT NOT NULL)

CREATE INDEX events_by_project ON events (project_id, seq)

CREATE INDEX events_by_subject ON events (project_id, subject_id, seq)

-- step 2: history and events can only grow

-- sqlite

CREATE TRIGGER events_no_update BEFORE update ON events
    BEGIN SELECT RAISE(ABORT, 'events is append-only'); END

CREATE TRIGGER events_no_delete BEFORE delete ON events
    BEGIN SELECT RAISE(ABORT, 'events is append-only'); END

CREATE TRIGGER case_versions_no_update BEFORE update ON case_versions
    BEGIN SELECT RAISE(ABORT, 'case_versions is append-only'); END

CREATE TRIGGER case_versions_no_delete BEFORE delete ON case_versions
    BEGIN SELECT RAISE(ABORT, 'case_versions is append-only'); END

-- postgresql

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END$$

CREATE TRIGGER events_guard BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_change()

CREATE TRIGGER case_versions_guard BEFORE UPDATE OR DELETE ON case_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change()

-- step 3: comparisons and ratings

CREATE TABLE comparisons (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects (id),
    seq INTEGER NOT NULL, name TEXT NOT NULL, columns TEXT NOT NULL,
    complete INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    actor TEXT NOT NULL, body TEXT NOT NULL)

CREATE INDEX comparisons_by_project ON comparisons (project_id, seq)

CREATE TABLE comparison_ratings (
    seq {serial}, comparison_id TEXT NOT NULL REFERENCES comparisons (id),
    sheet_id TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, body TEXT NOT NULL)

CREATE INDEX comparison_ratings_by_sheet ON comparison_ratings (comparison_id, sheet_id, seq)

-- step 4: connections and where versions come from

CREATE TABLE connections (
    project_id TEXT NOT NULL REFERENCES projects (id), id TEXT NOT NULL, seq INTEGER NOT NULL,
    kind TEXT NOT NULL, name TEXT NOT NULL, options TEXT NOT NULL,
    every_minutes INTEGER NOT NULL, created_at TEXT NOT NULL, last_synced_at TEXT,
    started_at TEXT, cursor TEXT NOT NULL, last_error TEXT NOT NULL,
    PRIMARY KEY (project_id, id))

CREATE TABLE connection_documents (
    project_id TEXT NOT NULL, connection_id TEXT NOT NULL, external_id TEXT NOT NULL,
    document_id TEXT NOT NULL, changed_at TEXT, stamp TEXT NOT NULL, error TEXT NOT NULL,
    fetched_at TEXT NOT NULL, PRIMARY KEY (project_id, connection_id, external_id),
    FOREIGN KEY (project_id, connection_id) REFERENCES connections (project_id, id))

CREATE INDEX connection_documents_by_document
    ON connection_documents (project_id, document_id)

ALTER TABLE documents ADD COLUMN connection_id TEXT NOT NULL DEFAULT ''

ALTER TABLE documents ADD COLUMN successor_id TEXT

CREATE INDEX documents_by_hash ON documents (project_id, content_hash)

ALTER TABLE document_versions ADD COLUMN actor TEXT NOT NULL DEFAULT ''

ALTER TABLE document_versions ADD COLUMN connection_id TEXT NOT NULL DEFAULT ''

-- step 5: which sources the words of a case rest on

ALTER TABLE run_chunks ADD COLUMN document_id TEXT NOT NULL DEFAULT ''

ALTER TABLE run_chunks ADD COLUMN document_version INTEGER NOT NULL DEFAULT 1

CREATE INDEX run_chunks_by_document ON run_chunks (project_id, document_id)

ALTER TABLE cases ADD COLUMN source_run_id TEXT

ALTER TABLE case_versions ADD COLUMN source_run_id TEXT

CREATE TABLE stale_reviews (
    seq {serial}, project_id TEXT NOT NULL REFERENCES projects (id), case_id TEXT NOT NULL,
    finding TEXT NOT NULL, action TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
    detail TEXT NOT NULL)

CREATE INDEX stale_reviews_by_case ON stale_reviews (project_id, case_id, seq)

-- sqlite

UPDATE run_chunks SET document_id = json_extract(chunk, '$.document_id'),
    document_version = json_extract(chunk, '$.version')

-- postgresql

UPDATE run_chunks SET document_id = chunk::json->>'document_id',
    document_version = (chunk::json->>'version')::integer

-- step 6: column mappings and earlier case templates

CREATE TABLE saved_values (
    seq {serial}, project_id TEXT NOT NULL REFERENCES projects (id), kind TEXT NOT NULL,
    name TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, body TEXT NOT NULL)

CREATE INDEX saved_values_by_project ON saved_values (project_id, kind, seq)

-- step 7: documents in their order
-- The next number of a document is asked for with each new one: without this, each costs a look at
-- all that are there.

CREATE INDEX documents_by_seq ON documents (project_id, seq)

-- step 8: which local file is kept under which name

CREATE TABLE file_places (
    project_id TEXT NOT NULL REFERENCES projects (id), path TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (project_id, path))

-- step 9: how long a project is kept, and projects that were erased

ALTER TABLE projects ADD COLUMN retention_days INTEGER

ALTER TABLE projects ADD COLUMN erased_at TEXT

-- step 10: history cannot be replaced either
-- INSERT OR REPLACE deletes a row without asking the triggers of step 2 unless the connection says so
-- (recursive_triggers); another program's connection does not. TRUNCATE asks no trigger of rows.

-- sqlite

CREATE TRIGGER events_no_replace BEFORE INSERT ON events
    WHEN EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'events is append-only'); END

CREATE TRIGGER case_versions_no_replace BEFORE INSERT ON case_versions
    WHEN EXISTS (SELECT 1 FROM case_versions WHERE project_id = NEW.project_id AND case_id = NEW.case_id AND version = NEW.version)
    BEGIN SELECT RAISE(ABORT, 'case_versions is append-only'); END

-- postgresql

CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER case_versions_no_truncate BEFORE TRUNCATE ON case_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

-- step 11: questions asked of the sources, with their answers

CREATE TABLE asked (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects (id),
    seq INTEGER NOT NULL, thread_id TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
    question TEXT NOT NULL, body TEXT NOT NULL)

CREATE INDEX asked_by_project ON asked (project_id, seq)

CREATE INDEX asked_by_thread ON asked (project_id, thread_id, seq)

-- step 12: changes of cases that other programs propose
-- They go with their case, however that goes.

CREATE TABLE case_proposals (
    seq {serial}, project_id TEXT NOT NULL REFERENCES projects (id), case_id TEXT NOT NULL,
    case_version INTEGER NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL,
    body TEXT NOT NULL, UNIQUE (project_id, case_id, actor),
    FOREIGN KEY (project_id, case_id) REFERENCES cases (project_id, id) ON DELETE CASCADE)

-- step 13: whether personal data is masked in what comes in

ALTER TABLE projects ADD COLUMN masking TEXT

-- step 14: pages that say of themselves that they are no longer in force
-- No statement: ``outdated_pages.py`` reads their words. Where these are found by other words or
-- rules, a further step has to read the pages again.

-- step 15: requests that were begun and not sent

CREATE TABLE request_drafts (
    project_id TEXT NOT NULL REFERENCES projects (id), owner TEXT NOT NULL, at TEXT NOT NULL,
    body TEXT NOT NULL, PRIMARY KEY (project_id, owner))
