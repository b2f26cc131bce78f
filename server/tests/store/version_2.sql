-- What the build of version 2 made of a file of version 1, to the letter.
-- Rooms that are not for everybody. A public room is for all; an inbox is for one, and takes control entries alone.
ALTER TABLE room ADD COLUMN kind TEXT NOT NULL DEFAULT 'public' CHECK (kind IN ('public', 'private', 'inbox'));

CREATE INDEX room_public ON room (name) WHERE kind = 'public';

-- What an entry is about: a user, a room or a sign-in, as its kind says.
ALTER TABLE entry ADD COLUMN target TEXT;

-- Who may see what of a room that is not public: from one entry to another, or on and on (null).
CREATE TABLE member (
    room     TEXT    NOT NULL REFERENCES room (id),
    person   TEXT    NOT NULL REFERENCES person (id),
    from_seq INTEGER NOT NULL,
    to_seq   INTEGER CHECK (to_seq >= from_seq),
    PRIMARY KEY (room, person, from_seq)
) STRICT, WITHOUT ROWID;

-- The rooms somebody is in now; in each only once.
CREATE UNIQUE INDEX member_now ON member (person, room) WHERE to_seq IS NULL;

INSERT INTO room (id, name, kind) SELECT 'inbox-' || id, '', 'inbox' FROM person;
INSERT INTO member (room, person, from_seq) SELECT 'inbox-' || id, id, 1 FROM person;

-- What the nodes of this log seal their frames with: 32 random bytes.
CREATE TABLE seal (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    secret BLOB    NOT NULL CHECK (length(secret) = 32)
) STRICT;

INSERT INTO seal (id, secret) VALUES (1, randomblob(32));
