-- Rooms of two and of a few people; what a room is about, and whose it is. A check cannot be changed, so both tables are made
-- anew: together, as the one refers to the other.
CREATE TABLE room_3 (
    id     TEXT    PRIMARY KEY,
    name   TEXT    NOT NULL,
    top    INTEGER NOT NULL DEFAULT 0,
    kind   TEXT    NOT NULL DEFAULT 'public' CHECK (kind IN ('public', 'private', 'direct', 'group', 'inbox')),
    topic  TEXT    NOT NULL DEFAULT '',
    -- Who made it; nobody for the lobby and direct rooms.
    owner  TEXT    REFERENCES person (id),
    -- Names of public rooms that look the same are the same.
    folded TEXT    UNIQUE
) STRICT, WITHOUT ROWID;

-- Who is in a room, and may see what of one that is not public: from one entry to another, or on and on (null). Of public rooms
-- only those have a row who are in them now.
CREATE TABLE member_3 (
    room     TEXT    NOT NULL REFERENCES room_3 (id),
    person   TEXT    NOT NULL REFERENCES person (id),
    from_seq INTEGER NOT NULL,
    to_seq   INTEGER CHECK (to_seq >= from_seq),
    -- All up to here has been on a screen of theirs.
    read_seq INTEGER NOT NULL DEFAULT 0,
    muted    INTEGER NOT NULL DEFAULT 0 CHECK (muted IN (0, 1)),
    PRIMARY KEY (room, person, from_seq)
) STRICT, WITHOUT ROWID;

INSERT INTO room_3 (id, name, top, kind, folded)
SELECT id, name, top, kind, CASE kind WHEN 'public' THEN lower(name) END FROM room;

-- A private room's maker is the first who was let in.
UPDATE room_3 SET owner = (SELECT person FROM member WHERE member.room = room_3.id AND from_seq = 1) WHERE kind = 'private';

-- What there is has been read: nothing of it was counted until now.
INSERT INTO member_3 (room, person, from_seq, to_seq, read_seq)
SELECT member.room, person, from_seq, to_seq, top FROM member JOIN room ON room.id = member.room;

-- Everybody who is still here is in the lobby.
INSERT INTO member_3 (room, person, from_seq, read_seq)
SELECT room.id, person.id, 1, top FROM person JOIN room ON room.id = 'lobby' WHERE person.folded IS NOT NULL;

DROP TABLE member;
DROP TABLE room;
ALTER TABLE room_3 RENAME TO room;
ALTER TABLE member_3 RENAME TO member;

CREATE INDEX room_public ON room (name) WHERE kind = 'public';

-- The rooms somebody is in now; in each only once.
CREATE UNIQUE INDEX member_now ON member (person, room) WHERE to_seq IS NULL;

-- What was changed of a message, and who was let in or put out.
CREATE INDEX entry_about ON entry (room, target, kind) WHERE kind <> 'posted';

-- Which reactions a message has had.
CREATE INDEX entry_reaction ON entry (room, target, body) WHERE kind = 'reacted';

-- What a room's owner or an administrator has done to somebody in it.
CREATE TABLE restraint (
    room           TEXT    NOT NULL REFERENCES room (id),
    person         TEXT    NOT NULL REFERENCES person (id),
    -- Milliseconds since 1970 UTC.
    silenced_until INTEGER,
    banned         INTEGER NOT NULL DEFAULT 0 CHECK (banned IN (0, 1)),
    PRIMARY KEY (room, person)
) STRICT, WITHOUT ROWID;

-- Administrators.
ALTER TABLE person ADD COLUMN admin INTEGER NOT NULL DEFAULT 0 CHECK (admin IN (0, 1));

-- The link into a private room, by its hash.
CREATE TABLE invite (
    room TEXT PRIMARY KEY REFERENCES room (id),
    hash BLOB NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;
