-- The log: one row of identity and top, the rooms with their tops, the entries.
CREATE TABLE log (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT    NOT NULL,
    top   INTEGER NOT NULL
) STRICT;

CREATE TABLE room (
    id   TEXT    PRIMARY KEY,
    name TEXT    NOT NULL,
    top  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
    log_offset INTEGER PRIMARY KEY,
    room       TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    sender     TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    cid        TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    UNIQUE (room, seq),
    UNIQUE (sender, cid)
) STRICT;

-- What the tail poll reads, without touching a body.
CREATE INDEX entry_tail ON entry (log_offset, room, seq);

-- People; `folded` is free again (null) when a guest has left for good.
CREATE TABLE person (
    id     TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    folded TEXT UNIQUE,
    since  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Sign-ins and their resume tokens (those have a parent), by the hash of the secret.
CREATE TABLE sign_in (
    hash    BLOB    PRIMARY KEY,
    person  TEXT    NOT NULL REFERENCES person (id),
    parent  BLOB    REFERENCES sign_in (hash) ON DELETE CASCADE,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_parent ON sign_in (parent);
CREATE INDEX sign_in_person ON sign_in (person);

-- Addresses of nodes, and when each was last announced.
CREATE TABLE node (
    public_url TEXT    PRIMARY KEY,
    seen       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO room (id, name) VALUES ('lobby', 'Lobby');
