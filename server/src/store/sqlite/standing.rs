//! Rooms, their people and what is held against them, in a commit.

use protocol::{Kind, Person, RoomId, RoomKind, UserId};
use rusqlite::{Connection, OptionalExtension};

use super::Error;
use super::batch::Batch;
use super::rows::{name, parsed, room_kind, room_kind_name};
use crate::store::name::fold_part;
use crate::store::rules::{Doors, Facts, Known, Range, Standing, is_chosen};
use crate::store::{NewRoom, Restraint, random_id};

impl Doors for Batch<'_> {
    fn room(&mut self, id: &RoomId) -> Result<Option<Facts>, Error> {
        Ok(self.look(id)?.cloned())
    }

    fn public_named(&self, folded: &str) -> Result<Option<RoomId>, Error> {
        let sql = "SELECT id FROM room WHERE folded = ?1";
        let mut wanted = self.tx.prepare_cached(sql)?;
        Ok(wanted
            .query_row([folded], |row| parsed(row, 0))
            .optional()?)
    }

    fn make(&mut self, id: &RoomId, new: &NewRoom, owner: Option<&UserId>) -> Result<(), Error> {
        let folded = (new.kind == RoomKind::Public).then(|| fold_part(&new.name));
        let sql = "INSERT INTO room (id, name, kind, topic, owner, folded)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.tx.prepare_cached(sql)?.execute((
            id.as_str(),
            &new.name,
            room_kind_name(new.kind),
            &new.topic,
            owner.map(UserId::as_str),
            folded,
        ))?;
        Ok(())
    }

    fn topic(&self, id: &RoomId) -> Result<String, Error> {
        let mut wanted = self
            .tx
            .prepare_cached("SELECT topic FROM room WHERE id = ?1")?;
        let found = wanted.query_row([id.as_str()], |row| row.get(0));
        found.optional()?.ok_or(Error::RoomUnknown)
    }

    fn describe(&mut self, id: &RoomId, kind: Kind, text: &str) -> Result<(), Error> {
        if kind == Kind::Described {
            let sql = "UPDATE room SET topic = ?2 WHERE id = ?1";
            self.tx.execute(sql, [id.as_str(), text])?;
            return Ok(());
        }
        let sql =
            "UPDATE room SET name = ?2, folded = CASE kind WHEN 'public' THEN ?3 END WHERE id = ?1";
        let row = (id.as_str(), text, fold_part(text));
        self.tx.execute(sql, row)?;
        if let Some(room) = self.look(id)? {
            room.name = text.to_owned();
        }
        Ok(())
    }

    fn fresh_room(&self) -> RoomId {
        random_id::<8, RoomId>()
    }

    fn ranges(&self, room: &RoomId, user: &UserId) -> Result<Vec<Range>, Error> {
        let sql =
            "SELECT from_seq, to_seq FROM member WHERE room = ?1 AND person = ?2 ORDER BY from_seq";
        let mut wanted = self.tx.prepare_cached(sql)?;
        let found = wanted.query_map([room.as_str(), user.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    fn enter(&mut self, room: &RoomId, user: &UserId, seqs: (u64, u64)) -> Result<(), Error> {
        let sql = "INSERT INTO member (room, person, from_seq, read_seq) VALUES (?1, ?2, ?3, ?4)";
        let row = (room.as_str(), user.as_str(), seqs.0, seqs.1);
        self.tx.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }

    fn leave(&mut self, room: &RoomId, user: &UserId, last: Option<u64>) -> Result<(), Error> {
        let ids = (room.as_str(), user.as_str());
        match last {
            Some(last) => {
                let sql = "UPDATE member SET to_seq = ?3
                           WHERE room = ?1 AND person = ?2 AND to_seq IS NULL";
                self.tx.execute(sql, (ids.0, ids.1, last))?
            }
            None => {
                let sql = "DELETE FROM member WHERE room = ?1 AND person = ?2 AND to_seq IS NULL";
                self.tx.execute(sql, ids)?
            }
        };
        Ok(())
    }

    fn eldest(&self, room: &RoomId) -> Result<Option<UserId>, Error> {
        let sql = "SELECT member.person FROM member CROSS JOIN person ON person.id = member.person
                   LEFT JOIN entry AS told ON told.log_offset = (
                       SELECT max(log_offset) FROM entry INDEXED BY entry_about
                       WHERE room = 'inbox-' || member.person AND target = ?1 AND kind <> 'posted' AND kind = 'added')
                   WHERE member.room = ?1 AND member.to_seq IS NULL
                     AND person.folded IS NOT NULL AND person.banned IS NULL
                   ORDER BY told.log_offset, member.person LIMIT 1";
        let mut wanted = self.tx.prepare_cached(sql)?;
        let found = wanted.query_row([room.as_str()], |row| parsed(row, 0));
        Ok(found.optional()?)
    }

    fn own(&mut self, room: &RoomId, owner: Option<&UserId>) -> Result<(), Error> {
        let row = (room.as_str(), owner.map(UserId::as_str));
        let sql = "UPDATE room SET owner = ?2 WHERE id = ?1";
        self.tx.execute(sql, row)?;
        if let Some(room) = self.look(room)? {
            room.owner = owner.cloned();
        }
        Ok(())
    }

    fn people_in(&self, room: &RoomId) -> Result<usize, Error> {
        let sql = "SELECT count(*) FROM member WHERE room = ?1 AND to_seq IS NULL";
        let mut wanted = self.tx.prepare_cached(sql)?;
        Ok(wanted.query_row([room.as_str()], |row| row.get(0))?)
    }

    fn rooms_of(&self, user: &UserId) -> Result<usize, Error> {
        let sql = "SELECT room.id, room.kind FROM member JOIN room ON room.id = member.room
                   WHERE member.person = ?1 AND member.to_seq IS NULL";
        let mut wanted = self.tx.prepare_cached(sql)?;
        let mut count = 0;
        let mut rooms = wanted.query([user.as_str()])?;
        while let Some(row) = rooms.next()? {
            let kind = room_kind(&row.get::<_, String>(1)?);
            count += usize::from(is_chosen(&parsed(row, 0)?, kind));
        }
        Ok(count)
    }
}

impl Standing for Batch<'_> {
    fn known(&self, user: &UserId) -> Result<Option<Known>, Error> {
        let sql =
            "SELECT name, admin, folded IS NULL OR banned IS NOT NULL FROM person WHERE id = ?1";
        let mut wanted = self.tx.prepare_cached(sql)?;
        let found = wanted.query_row([user.as_str()], |row| {
            let person = Person {
                id: user.clone(),
                name: name(row, 0)?,
            };
            Ok(Known {
                person,
                is_admin: row.get(1)?,
                is_gone: row.get(2)?,
            })
        });
        Ok(found.optional()?)
    }

    fn restraint(&self, room: &RoomId, user: &UserId) -> Result<Restraint, Error> {
        restraint(self.tx, room, user)
    }

    fn restrain(&mut self, room: &RoomId, user: &UserId, what: Restraint) -> Result<(), Error> {
        let sql = "INSERT INTO restraint (room, person, silenced_until, banned) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT DO UPDATE SET silenced_until = excluded.silenced_until, banned = excluded.banned";
        let until = what.silenced_until.map(super::rows::number);
        let row = (room.as_str(), user.as_str(), until, what.is_banned);
        self.tx.execute(sql, row)?;
        Ok(())
    }
}

pub(super) fn restraint(
    connection: &Connection,
    room: &RoomId,
    user: &UserId,
) -> Result<Restraint, Error> {
    let sql = "SELECT silenced_until, banned FROM restraint WHERE room = ?1 AND person = ?2";
    let mut wanted = connection.prepare_cached(sql)?;
    let found = wanted.query_row([room.as_str(), user.as_str()], |row| {
        Ok(Restraint {
            silenced_until: row.get(0)?,
            is_banned: row.get(1)?,
        })
    });
    Ok(found.optional()?.unwrap_or_default())
}
