-- For how many seconds a sign-in is good after each use.
ALTER TABLE sign_in ADD COLUMN lasts bigint NOT NULL DEFAULT 2592000;
