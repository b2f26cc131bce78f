-- What a program encloses in what it says, as JSON; null if nothing.
ALTER TABLE entry ADD COLUMN enclosed TEXT;
