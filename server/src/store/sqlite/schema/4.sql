-- A name kept with a password: as its hash is written (PHC string format); null for a guest.
ALTER TABLE person ADD COLUMN password TEXT;

-- Why somebody may not sign in; null for who may.
ALTER TABLE person ADD COLUMN banned TEXT;

CREATE INDEX person_banned ON person (name) WHERE banned IS NOT NULL;
CREATE INDEX person_account ON person (folded) WHERE password IS NOT NULL;

-- Finds what has expired without a walk over all sign-ins, too.
DROP INDEX sign_in_parent;
CREATE INDEX sign_in_parent ON sign_in (parent, expires);
