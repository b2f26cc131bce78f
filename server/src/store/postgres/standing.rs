//! Rooms, their people, what is held against them and links into rooms, in a commit.

use protocol::{Kind, Person, RoomId, RoomKind, UserId};
use tokio_postgres::Row;

use super::Error;
use super::batch::Batch;
use super::rows::{count, each, get, id, maybe_count, name, number, parsed};
use crate::store::name::fold_part;
use crate::store::rules::{Doors, Facts, Known, Links, Range, Standing, is_chosen};
use crate::store::words::{room_kind, room_kind_name};
use crate::store::{NewRoom, Restraint, random_id};

/// What the rules know of a room: its kind, name, top, owner and whether a program made it, from this column on.
pub(super) fn facts(row: &Row, column: usize) -> Result<Facts, Error> {
    Ok(Facts {
        kind: room_kind(get(row, column)?),
        name: get(row, column + 1)?,
        top: count(row, column + 2)?,
        owner: id(row, column + 3)?,
        is_programs: get(row, column + 4)?,
    })
}

impl Doors for Batch<'_> {
    fn room(&mut self, id: &RoomId) -> Result<Option<Facts>, Error> {
        Ok(self.look(id)?.cloned())
    }

    fn public_named(&self, folded: &str) -> Result<Option<RoomId>, Error> {
        let found = self.row("SELECT id FROM room WHERE folded = $1", &[&folded])?;
        found.map(|row| parsed(&row, 0)).transpose()
    }

    fn make(&mut self, id: &RoomId, new: &NewRoom, owner: Option<&UserId>) -> Result<(), Error> {
        let folded = (new.kind == RoomKind::Public).then(|| fold_part(&new.name));
        let sql = "INSERT INTO room (id, name, kind, topic, owner, folded)
                   VALUES ($1, $2, $3, $4, $5, $6)";
        self.change(
            sql,
            &[
                &id.as_str(),
                &new.name,
                &room_kind_name(new.kind),
                &new.topic,
                &owner.map(UserId::as_str),
                &folded,
            ],
        )?;
        Ok(())
    }

    fn describe(&mut self, id: &RoomId, kind: Kind, text: &str) -> Result<(), Error> {
        if kind == Kind::Described {
            self.change(
                "UPDATE room SET topic = $2 WHERE id = $1",
                &[&id.as_str(), &text],
            )?;
            return Ok(());
        }
        let sql =
            "UPDATE room SET name = $2, folded = CASE kind WHEN 'public' THEN $3 END WHERE id = $1";
        self.change(sql, &[&id.as_str(), &text, &fold_part(text)])?;
        if let Some(room) = self.look(id)? {
            room.name = text.to_owned();
        }
        Ok(())
    }

    fn topic(&self, id: &RoomId) -> Result<String, Error> {
        let found = self.row("SELECT topic FROM room WHERE id = $1", &[&id.as_str()])?;
        get(&found.ok_or(Error::RoomUnknown)?, 0)
    }

    fn fresh_room(&self) -> RoomId {
        random_id::<8, RoomId>()
    }

    fn ranges(&self, room: &RoomId, user: &UserId) -> Result<Vec<Range>, Error> {
        if let Some((ranges, _)) = self.ahead.people.get(&(room.clone(), user.clone())) {
            return Ok(ranges.clone());
        }
        let sql =
            "SELECT from_seq, to_seq FROM member WHERE room = $1 AND person = $2 ORDER BY from_seq";
        let found = self.rows(sql, &[&room.as_str(), &user.as_str()])?;
        each(&found, range)
    }

    fn enter(&mut self, room: &RoomId, user: &UserId, seqs: (u64, u64)) -> Result<(), Error> {
        self.ahead.people.clear();
        let sql = "INSERT INTO member (room, person, from_seq, read_seq) VALUES ($1, $2, $3, $4)";
        let (from, read) = (number(seqs.0), number(seqs.1));
        self.change(sql, &[&room.as_str(), &user.as_str(), &from, &read])?;
        Ok(())
    }

    fn leave(&mut self, room: &RoomId, user: &UserId, last: Option<u64>) -> Result<(), Error> {
        self.ahead.people.clear();
        let (room, user) = (room.as_str(), user.as_str());
        match last {
            Some(last) => {
                let sql = "UPDATE member SET to_seq = $3
                           WHERE room = $1 AND person = $2 AND to_seq IS NULL";
                self.change(sql, &[&room, &user, &number(last)])?
            }
            None => {
                let sql = "DELETE FROM member WHERE room = $1 AND person = $2 AND to_seq IS NULL";
                self.change(sql, &[&room, &user])?
            }
        };
        Ok(())
    }

    fn people_in(&self, room: &RoomId) -> Result<usize, Error> {
        let sql = "SELECT count(*) FROM member WHERE room = $1 AND to_seq IS NULL";
        let found = self.rows(sql, &[&room.as_str()])?;
        let counted = each(&found, |row| count(row, 0))?;
        Ok(counted.iter().sum::<u64>() as usize)
    }

    fn rooms_of(&self, user: &UserId) -> Result<usize, Error> {
        let sql = "SELECT room.id, room.kind FROM member JOIN room ON room.id = member.room
                   WHERE member.person = $1 AND member.to_seq IS NULL";
        let mut chosen = 0;
        for row in self.rows(sql, &[&user.as_str()])? {
            let kind = room_kind(get(&row, 1)?);
            chosen += usize::from(is_chosen(&parsed(&row, 0)?, kind));
        }
        Ok(chosen)
    }

    fn eldest(&self, room: &RoomId) -> Result<Option<UserId>, Error> {
        let sql = "SELECT member.person FROM member JOIN person ON person.id = member.person
                   LEFT JOIN LATERAL (SELECT max(log_offset) AS at FROM entry
                       WHERE room = 'inbox-' || member.person AND target = $1 AND kind <> 'posted' AND kind = 'added') AS told ON true
                   WHERE member.room = $1 AND member.to_seq IS NULL
                     AND person.folded IS NOT NULL AND person.banned IS NULL
                   ORDER BY told.at NULLS FIRST, member.person LIMIT 1";
        let found = self.row(sql, &[&room.as_str()])?;
        found.map(|row| parsed(&row, 0)).transpose()
    }

    fn own(&mut self, room: &RoomId, owner: Option<&UserId>) -> Result<(), Error> {
        let sql = "UPDATE room SET owner = $2 WHERE id = $1";
        self.change(sql, &[&room.as_str(), &owner.map(UserId::as_str)])?;
        if let Some(room) = self.look(room)? {
            room.owner = owner.cloned();
        }
        Ok(())
    }
}

impl Standing for Batch<'_> {
    fn known(&self, user: &UserId) -> Result<Option<Known>, Error> {
        let sql =
            "SELECT name, admin, folded IS NULL OR banned IS NOT NULL FROM person WHERE id = $1";
        let found = self.row(sql, &[&user.as_str()])?;
        let known = |row: Row| {
            let person = Person {
                id: user.clone(),
                name: name(&row, 0)?,
            };
            Ok(Known {
                person,
                is_admin: get(&row, 1)?,
                is_gone: get(&row, 2)?,
            })
        };
        found.map(known).transpose()
    }

    fn restraint(&self, room: &RoomId, user: &UserId) -> Result<Restraint, Error> {
        if let Some((_, restraint)) = self.ahead.people.get(&(room.clone(), user.clone())) {
            return Ok(*restraint);
        }
        let found = self.row(RESTRAINT, &[&room.as_str(), &user.as_str()])?;
        found.map_or_else(|| Ok(Restraint::default()), |row| held(&row, 0))
    }

    fn restrain(&mut self, room: &RoomId, user: &UserId, what: Restraint) -> Result<(), Error> {
        self.ahead.people.clear();
        let sql =
            "INSERT INTO restraint (room, person, silenced_until, banned) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (room, person) DO UPDATE
                   SET silenced_until = excluded.silenced_until, banned = excluded.banned";
        let until = what.silenced_until.map(number);
        self.change(
            sql,
            &[&room.as_str(), &user.as_str(), &until, &what.is_banned],
        )?;
        Ok(())
    }
}

impl Links for Batch<'_> {
    fn link(&mut self, room: &RoomId, hash: &[u8; 32]) -> Result<(), Error> {
        let sql = "INSERT INTO invite (room, hash) VALUES ($1, $2)
                   ON CONFLICT (room) DO UPDATE SET hash = excluded.hash";
        self.change(sql, &[&room.as_str(), &hash.as_slice()])?;
        Ok(())
    }

    fn linked(&self, hash: &[u8; 32]) -> Result<Option<RoomId>, Error> {
        let found = self.row(
            "SELECT room FROM invite WHERE hash = $1",
            &[&hash.as_slice()],
        )?;
        found.map(|row| parsed(&row, 0)).transpose()
    }
}

pub(super) const RESTRAINT: &str =
    "SELECT silenced_until, banned FROM restraint WHERE room = $1 AND person = $2";

/// From this column on.
pub(super) fn held(row: &Row, column: usize) -> Result<Restraint, Error> {
    Ok(Restraint {
        silenced_until: maybe_count(row, column)?,
        is_banned: get(row, column + 1)?,
    })
}

fn range(row: &Row) -> Result<Range, Error> {
    Ok((count(row, 0)?, maybe_count(row, 1)?))
}
