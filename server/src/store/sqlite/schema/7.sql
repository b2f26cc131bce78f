-- What programs call the people and rooms they made. By the program's name, so that a new key under the same name finds them.
ALTER TABLE person ADD COLUMN program TEXT;
ALTER TABLE person ADD COLUMN alias TEXT CHECK ((alias IS NULL) = (program IS NULL));
CREATE UNIQUE INDEX person_alias ON person (program, alias) WHERE alias IS NOT NULL;

ALTER TABLE room ADD COLUMN program TEXT;
ALTER TABLE room ADD COLUMN alias TEXT CHECK ((alias IS NULL) = (program IS NULL));
CREATE UNIQUE INDEX room_alias ON room (program, alias) WHERE alias IS NOT NULL;

-- What opens the pages once, as one of a program's people, by its hash.
CREATE TABLE ticket (
    hash    BLOB    PRIMARY KEY,
    person  TEXT    NOT NULL REFERENCES person (id),
    -- Where it leads, if somewhere.
    room    TEXT    REFERENCES room (id),
    -- Seconds since 1970 UTC.
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX ticket_expires ON ticket (expires);

-- What is about nothing is not in it: each notice of a program would be.
DROP INDEX entry_about;
CREATE INDEX entry_about ON entry (room, target, kind) WHERE kind <> 'posted' AND target IS NOT NULL;
