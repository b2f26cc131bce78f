-- Each is one call and one transaction of its own, so no node that is stopped in between keeps others waiting. Times are by this
-- server's clock, the only one that all nodes share, read when it is the caller's turn.

-- The caller's turn in its cluster: the others wait until its transaction ends. Only what is read after it is true.
CREATE FUNCTION presence_turn(ours text) RETURNS presence_cluster LANGUAGE plpgsql AS $$
DECLARE found_one presence_cluster;
BEGIN
    LOOP
        SELECT * INTO found_one FROM presence_cluster WHERE cluster = ours FOR UPDATE;
        IF FOUND THEN
            RETURN found_one;
        END IF;
        INSERT INTO presence_cluster (cluster, version) VALUES (ours, presence_first()) ON CONFLICT DO NOTHING;
    END LOOP;
END $$;

-- Starts at the clock, so that an emptied server does not go back to a version that was told before.
CREATE FUNCTION presence_first() RETURNS bigint LANGUAGE sql AS $$
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
$$;

CREATE FUNCTION presence_changed(ours text, came bigint) RETURNS presence_cluster LANGUAGE sql AS $$
    UPDATE presence_cluster SET version = version + 1, online = online + came WHERE cluster = ours RETURNING *;
$$;

-- Ends these sessions of a node, or all; `since` is their last sign of life. Whose last one it was leaves after the grace.
-- Answers how many there were.
CREATE FUNCTION presence_ended(ours text, theirs text, ending text[], since timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    people text[];
BEGIN
    WITH gone AS (
        DELETE FROM presence_session
        WHERE cluster = ours AND node = theirs AND (ending IS NULL OR session = ANY (ending))
        RETURNING person)
    SELECT array_agg(person) INTO people FROM gone;
    UPDATE presence_person SET leaves = since + interval '{grace} s'
    WHERE cluster = ours AND id = ANY (people) AND NOT EXISTS (
        SELECT FROM presence_session s WHERE s.cluster = ours AND s.person = presence_person.id);
    RETURN coalesce(cardinality(people), 0);
END $$;

-- Ends a node. Answers how many sessions it had.
CREATE FUNCTION presence_gone(ours text, theirs text, since timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM presence_node WHERE cluster = ours AND node = theirs;
    RETURN presence_ended(ours, theirs, NULL, since);
END $$;

-- A node begins, or begins again. Answers its sessions here, as "session person".
CREATE FUNCTION presence_register(ours text, mine text, reached text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM presence_turn(ours);
    INSERT INTO presence_node VALUES (ours, mine, reached, clock_timestamp())
    ON CONFLICT (cluster, node) DO UPDATE SET url = EXCLUDED.url, beaten = EXCLUDED.beaten;
    RETURN QUERY SELECT session || ' ' || person FROM presence_session WHERE cluster = ours AND node = mine;
END $$;

-- Sessions of a node began; the lists are as long as each other. Answers the version, how many are online, and who was not
-- before; nothing if the node is not known here (any more).
CREATE FUNCTION presence_enter(ours text, mine text, sessions text[], people text[], names text[])
    RETURNS TABLE (now_version bigint, now_online bigint, joined text[]) LANGUAGE plpgsql AS $$
DECLARE turn presence_cluster;
BEGIN
    turn := presence_turn(ours);
    IF NOT EXISTS (SELECT FROM presence_node WHERE cluster = ours AND node = mine) THEN
        RETURN;
    END IF;
    SELECT array_agg(DISTINCT came) INTO joined FROM unnest(people) came
    WHERE NOT EXISTS (SELECT FROM presence_person WHERE cluster = ours AND id = came);
    INSERT INTO presence_person (cluster, id, name)
    SELECT DISTINCT ON (came.id) ours, came.id, came.name FROM unnest(people, names) came (id, name)
    ON CONFLICT (cluster, id) DO UPDATE SET name = EXCLUDED.name, leaves = NULL
    WHERE (presence_person.name, presence_person.leaves) IS DISTINCT FROM (EXCLUDED.name, NULL);
    INSERT INTO presence_session SELECT ours, came.session, mine, came.person FROM unnest(sessions, people) came (session, person)
    ON CONFLICT (cluster, session) DO UPDATE SET node = EXCLUDED.node, person = EXCLUDED.person;
    IF joined IS NOT NULL THEN
        turn := presence_changed(ours, cardinality(joined));
    END IF;
    RETURN QUERY SELECT turn.version, turn.online, coalesce(joined, '{}');
END $$;

-- Sessions of a node ended.
CREATE FUNCTION presence_leave(ours text, mine text, sessions text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM presence_turn(ours);
    PERFORM presence_ended(ours, mine, sessions, clock_timestamp());
END $$;

-- A node stops: its sessions end now.
CREATE FUNCTION presence_retire(ours text, mine text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM presence_turn(ours);
    PERFORM presence_gone(ours, mine, clock_timestamp());
END $$;

-- A node lives; `told` is the highest version it knows. Reaps dead nodes and tells who left, each to one caller only. Answers
-- whether the node is known, how many sessions it has here, the version, how many are online, who left, how many sessions were
-- reaped, and the public addresses.
CREATE FUNCTION presence_beat(ours text, mine text, told bigint)
    RETURNS TABLE (is_known boolean, sessions bigint, now_version bigint, now_online bigint,
        left_ids text[], left_names text[], reaped bigint, urls text[]) LANGUAGE plpgsql AS $$
DECLARE
    pause CONSTANT interval := '3 s';
    dead CONSTANT interval := '{dead} s';
    turn presence_cluster := presence_turn(ours);
    moment timestamptz := clock_timestamp();
    since timestamptz := coalesce(turn.resumed, moment);
    silent presence_node;
BEGIN
    -- After a pause of all nodes (this server was away, or everything was) nobody is dead or gone before all had time to beat again.
    IF turn.beaten IS NULL OR moment - turn.beaten > pause THEN
        since := moment;
    END IF;
    UPDATE presence_node SET beaten = moment WHERE cluster = ours AND node = mine;
    is_known := FOUND;
    reaped := 0;
    IF moment - since >= dead THEN
        FOR silent IN SELECT * FROM presence_node WHERE cluster = ours AND beaten <= moment - dead LOOP
            reaped := reaped + presence_gone(ours, silent.node, greatest(silent.beaten, since));
        END LOOP;
    END IF;
    IF moment - since > pause THEN
        WITH gone AS (DELETE FROM presence_person WHERE cluster = ours AND leaves <= moment RETURNING id, name)
        SELECT array_agg(id), array_agg(name) INTO left_ids, left_names FROM gone;
    END IF;
    -- A server that lost its newest writes must not go back to a version that was told before.
    now_version := turn.version;
    IF now_version < told THEN
        now_version := greatest(presence_first(), told + 1);
    END IF;
    IF left_ids IS NOT NULL THEN
        now_version := now_version + 1;
    END IF;
    now_online := (SELECT count(*) FROM presence_person WHERE cluster = ours);
    UPDATE presence_cluster SET version = now_version, online = now_online, beaten = moment, resumed = since WHERE cluster = ours;
    sessions := (SELECT count(*) FROM presence_session WHERE cluster = ours AND node = mine);
    urls := ARRAY(SELECT url FROM presence_node WHERE cluster = ours);
    left_ids := coalesce(left_ids, '{}');
    left_names := coalesce(left_names, '{}');
    RETURN NEXT;
END $$;
