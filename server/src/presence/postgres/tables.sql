-- Who is online, in tables of their own: they are no part of the log. Unlogged, as nodes write again what a crash empties. What is
-- there is never changed: another form needs other names, as nodes of both may run at once. `cluster` is the prefix.
CREATE UNLOGGED TABLE presence_cluster (
    cluster text PRIMARY KEY,
    version bigint NOT NULL,          -- of the list of who is online
    online bigint NOT NULL DEFAULT 0, -- how many are on it
    beaten timestamptz,               -- the last beat of any node
    resumed timestamptz               -- the first one after a pause of all
) WITH (fillfactor = 50);

CREATE UNLOGGED TABLE presence_node (
    cluster text,
    node text,
    url text NOT NULL,                -- where browsers reach it
    beaten timestamptz NOT NULL,
    PRIMARY KEY (cluster, node)
) WITH (fillfactor = 50);

-- Everybody online, those in their grace too.
CREATE UNLOGGED TABLE presence_person (
    cluster text,
    id text,
    name text NOT NULL,
    leaves timestamptz,               -- when, of who has no session
    PRIMARY KEY (cluster, id)
);
CREATE INDEX presence_leaving ON presence_person (cluster, leaves) WHERE leaves IS NOT NULL;

CREATE UNLOGGED TABLE presence_session (
    cluster text,
    session text,
    node text NOT NULL,
    person text NOT NULL,
    PRIMARY KEY (cluster, session)
);
CREATE INDEX presence_of_person ON presence_session (cluster, person);
CREATE INDEX presence_of_node ON presence_session (cluster, node);
