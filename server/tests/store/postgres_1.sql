-- The whole schema, as another store has come to it in seven steps. Texts are compared by their bytes, as everywhere in Confab.

-- The log: one row of identity and top. Whoever writes locks it first: it orders all commits of all nodes.
CREATE TABLE log (
    id     bigint PRIMARY KEY CHECK (id = 1),
    epoch  text   COLLATE "C" NOT NULL,
    top    bigint NOT NULL,
    -- The epoch before this one, if the log came to be another one.
    former text   COLLATE "C",
    -- Which server, timeline, database and table it is in; null until a node opens it.
    place  text   COLLATE "C"
);

-- What the nodes of this log seal their frames with: 32 random bytes.
CREATE TABLE seal (
    id     bigint PRIMARY KEY CHECK (id = 1),
    secret bytea  NOT NULL CHECK (length(secret) = 32)
);

-- People; `folded` is free again (null) when a guest has left for good.
CREATE TABLE person (
    id       text    COLLATE "C" PRIMARY KEY,
    name     text    COLLATE "C" NOT NULL,
    folded   text    COLLATE "C" UNIQUE,
    since    bigint  NOT NULL,
    admin    boolean NOT NULL DEFAULT false,
    -- As its hash is written (PHC string format); null for a guest.
    password text    COLLATE "C",
    -- Why somebody may not sign in; null for who may.
    banned   text    COLLATE "C",
    -- What the program that made them calls them. By the program's name, so that a new key under the same name finds them.
    program  text    COLLATE "C",
    alias    text    COLLATE "C" CHECK ((alias IS NULL) = (program IS NULL))
);

CREATE UNIQUE INDEX person_alias ON person (program, alias) WHERE alias IS NOT NULL;
CREATE INDEX person_banned ON person (name) WHERE banned IS NOT NULL;
CREATE INDEX person_account ON person (folded) WHERE password IS NOT NULL;

-- Sign-ins and their resume tokens (those have a parent), by the hash of the secret.
CREATE TABLE sign_in (
    hash    bytea  PRIMARY KEY,
    person  text   COLLATE "C" NOT NULL REFERENCES person (id),
    parent  bytea  REFERENCES sign_in (hash) ON DELETE CASCADE,
    expires bigint NOT NULL
);

-- Finds what has expired without a walk over all sign-ins, too.
CREATE INDEX sign_in_parent ON sign_in (parent, expires);
CREATE INDEX sign_in_person ON sign_in (person);

-- Addresses of nodes, and when each was last announced.
CREATE TABLE node (
    public_url text   COLLATE "C" PRIMARY KEY,
    seen       bigint NOT NULL
);

CREATE TABLE room (
    id     text   COLLATE "C" PRIMARY KEY,
    name   text   COLLATE "C" NOT NULL,
    top    bigint NOT NULL DEFAULT 0,
    kind   text   COLLATE "C" NOT NULL DEFAULT 'public' CHECK (kind IN ('public', 'private', 'direct', 'group', 'inbox')),
    topic  text   COLLATE "C" NOT NULL DEFAULT '',
    -- Who made it; nobody for the lobby and direct rooms.
    owner  text   COLLATE "C" REFERENCES person (id),
    -- Names of public rooms that look the same are the same.
    folded text   COLLATE "C" UNIQUE,
    -- What the program that made it calls it.
    program text  COLLATE "C",
    alias   text  COLLATE "C" CHECK ((alias IS NULL) = (program IS NULL))
);

CREATE UNIQUE INDEX room_alias ON room (program, alias) WHERE alias IS NOT NULL;
CREATE INDEX room_public ON room (name) WHERE kind = 'public';

-- Who is in a room, and may see what of one that is not public: from one entry to another, or on and on (null). Of public rooms
-- only those have a row who are in them now.
CREATE TABLE member (
    room     text    COLLATE "C" NOT NULL REFERENCES room (id),
    person   text    COLLATE "C" NOT NULL REFERENCES person (id),
    from_seq bigint  NOT NULL,
    to_seq   bigint  CHECK (to_seq >= from_seq),
    -- All up to here has been on a screen of theirs.
    read_seq bigint  NOT NULL DEFAULT 0,
    muted    boolean NOT NULL DEFAULT false,
    PRIMARY KEY (room, person, from_seq)
);

-- The rooms somebody is in now; in each only once.
CREATE UNIQUE INDEX member_now ON member (person, room) WHERE to_seq IS NULL;

-- The tail is read from its key alone, without touching a body.
CREATE TABLE entry (
    log_offset bigint NOT NULL,
    room       text   COLLATE "C" NOT NULL,
    seq        bigint NOT NULL,
    sender     text   COLLATE "C" NOT NULL,
    name       text   COLLATE "C" NOT NULL,
    cid        text   COLLATE "C" NOT NULL,
    kind       text   COLLATE "C" NOT NULL,
    -- What it is about: a message, a user, a room or a sign-in, as its kind says.
    target     text   COLLATE "C",
    body       text   COLLATE "C" NOT NULL,
    at         bigint NOT NULL,
    -- What a program encloses in what it says, as JSON; null if nothing.
    enclosed   text   COLLATE "C",
    PRIMARY KEY (log_offset) INCLUDE (room, seq),
    UNIQUE (room, seq),
    UNIQUE (sender, cid)
);

-- What was changed of a message, and who was let in or put out.
CREATE INDEX entry_about ON entry (room, target, kind, log_offset) WHERE kind <> 'posted' AND target IS NOT NULL;

-- Which reactions a message has had.
CREATE INDEX entry_reaction ON entry (room, target, body) WHERE kind = 'reacted';

-- What a room's owner or an administrator has done to somebody in it.
CREATE TABLE restraint (
    room           text    COLLATE "C" NOT NULL REFERENCES room (id),
    person         text    COLLATE "C" NOT NULL REFERENCES person (id),
    -- Milliseconds since 1970 UTC.
    silenced_until bigint,
    banned         boolean NOT NULL DEFAULT false,
    PRIMARY KEY (room, person)
);

-- The link into a private room, by its hash.
CREATE TABLE invite (
    room text  COLLATE "C" PRIMARY KEY REFERENCES room (id),
    hash bytea NOT NULL UNIQUE
);

-- Programs with a key: the sender of what they say, called as nobody else is, and what the key is good for.
CREATE TABLE program (
    id     text   COLLATE "C" PRIMARY KEY,
    name   text   COLLATE "C" NOT NULL,
    folded text   COLLATE "C" NOT NULL UNIQUE,
    -- Of the key.
    hash   bytea  NOT NULL UNIQUE,
    -- Words with commas.
    scopes text   COLLATE "C" NOT NULL,
    -- The only rooms it may have to do with, with commas; null for all.
    rooms  text   COLLATE "C",
    -- Days since 1970 UTC.
    made   bigint NOT NULL,
    used   bigint
);

-- What opens the pages once, as one of a program's people, by its hash.
CREATE TABLE ticket (
    hash    bytea  PRIMARY KEY,
    person  text   COLLATE "C" NOT NULL REFERENCES person (id),
    -- Where it leads, if somewhere.
    room    text   COLLATE "C" REFERENCES room (id),
    -- Seconds since 1970 UTC.
    expires bigint NOT NULL
);

CREATE INDEX ticket_expires ON ticket (expires);

-- What a node of that build had written besides: Ann with a message, and Bob whom she has put out of a room of hers.
CREATE TABLE version (number bigint NOT NULL);
INSERT INTO version VALUES (1);

INSERT INTO log (id, epoch, top) VALUES (1, 'e1', 6);
INSERT INTO seal (id, secret) VALUES (1, decode(repeat('07', 32), 'hex'));

INSERT INTO person (id, name, folded, since) VALUES
  ('0123456789abcdef', 'Ann', 'ann', 1), ('bob', 'Bob', 'bob', 1), ('cyd', 'Cyd', NULL, 1);

INSERT INTO room (id, name, top, kind, owner, folded) VALUES
  ('lobby', 'Lobby', 2, 'public', NULL, 'lobby'), ('notices', 'Notices', 0, 'public', NULL, 'notlces'),
  ('plans', 'Plans', 4, 'private', '0123456789abcdef', NULL),
  ('inbox-0123456789abcdef', '', 0, 'inbox', NULL, NULL), ('inbox-bob', '', 0, 'inbox', NULL, NULL), ('inbox-cyd', '', 0, 'inbox', NULL, NULL);

INSERT INTO member (room, person, from_seq, to_seq, read_seq) VALUES
  ('lobby', '0123456789abcdef', 1, NULL, 2), ('lobby', 'bob', 1, NULL, 2),
  ('notices', '0123456789abcdef', 1, NULL, 0), ('notices', 'bob', 1, NULL, 0),
  ('inbox-0123456789abcdef', '0123456789abcdef', 1, NULL, 0), ('inbox-bob', 'bob', 1, NULL, 0), ('inbox-cyd', 'cyd', 1, NULL, 0),
  ('plans', '0123456789abcdef', 1, NULL, 4), ('plans', 'bob', 2, 4, 4);

INSERT INTO entry (log_offset, room, seq, sender, name, cid, kind, target, body, at) VALUES
  (1, 'lobby', 1, '0123456789abcdef', 'Ann', 'c1', 'posted', NULL, 'one', 5),
  (2, 'lobby', 2, '0123456789abcdef', 'Ann', 'c2', 'posted', NULL, 'two', 5),
  (3, 'plans', 1, '0123456789abcdef', 'Ann', 'p1', 'added', '0123456789abcdef', 'Ann', 5),
  (4, 'plans', 2, '0123456789abcdef', 'Ann', 'p2', 'added', 'bob', 'Bob', 5),
  (5, 'plans', 3, 'bob', 'Bob', 'p3', 'posted', NULL, 'hi @Ann', 5),
  (6, 'plans', 4, '0123456789abcdef', 'Ann', 'p4', 'removed', 'bob', 'Bob', 5);
