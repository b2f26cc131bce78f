-- A name kept with a password: as its hash is written (PHC string format); null for a guest.
ALTER TABLE person ADD COLUMN password TEXT;

-- Why somebody may not sign in; null for who may.
ALTER TABLE person ADD COLUMN banned TEXT;

CREATE INDEX person_banned ON person (name) WHERE banned IS NOT NULL;
CREATE INDEX person_account ON person (folded) WHERE password IS NOT NULL;
