-- Programs with a key: the sender of what they say, called as nobody else is, and what the key is good for.
CREATE TABLE program (
    id     TEXT    PRIMARY KEY,
    name   TEXT    NOT NULL,
    folded TEXT    NOT NULL UNIQUE,
    -- Of the key.
    hash   BLOB    NOT NULL UNIQUE,
    -- Words with commas.
    scopes TEXT    NOT NULL,
    -- The only rooms it may have to do with, with commas; null for all.
    rooms  TEXT,
    -- Days since 1970 UTC.
    made   INTEGER NOT NULL,
    used   INTEGER
) STRICT, WITHOUT ROWID;

-- Where everyone reads what programs tell everyone.
INSERT INTO room (id, name, kind, folded) VALUES ('notices', 'Notices', 'public', 'notlces');

INSERT INTO member (room, person, from_seq, read_seq)
SELECT 'notices', id, 1, 0 FROM person WHERE folded IS NOT NULL;
