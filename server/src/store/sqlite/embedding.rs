//! The people and rooms of programs, in SQLite.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Name, Person, RoomId, UserId};
use rusqlite::{Connection, OptionalExtension};

use super::batch::Batch;
use super::directory;
use super::rows::{alias, parsed, person};
use super::{Error, Readers, Writer};
use crate::store::name::fold;
use crate::store::rules::{Aliases, Names, embedding};
use crate::store::{
    self, Alias, Deed, Member, MembersWanted, NotPut, PersonPut, RoomPut, RoomWanted, random_id,
};

pub(super) struct Embedding {
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
}

#[async_trait]
impl store::Embedding for Embedding {
    async fn put_person(
        &self,
        program: &Person,
        alias: &Alias,
        name: &Name,
    ) -> Result<PersonPut, Error> {
        let (program, alias, name) = (program.clone(), alias.clone(), name.clone());
        self.writer
            .change(move |batch| embedding::put_person(batch, &program, &alias, &name))
            .await
    }

    async fn put_room(
        &self,
        deed: Deed,
        alias: &Alias,
        wanted: RoomWanted,
    ) -> Result<Result<RoomPut, NotPut>, Error> {
        let alias = alias.clone();
        self.writer
            .change(move |batch| embedding::put_room(batch, deed, &alias, wanted))
            .await
    }

    async fn put_members(
        &self,
        deed: Deed,
        alias: &Alias,
        wanted: MembersWanted,
    ) -> Result<Result<RoomPut, NotPut>, Error> {
        let alias = alias.clone();
        self.writer
            .change(move |batch| embedding::put_members(batch, deed, &alias, &wanted))
            .await
    }

    async fn person(&self, program: &Person, alias: &Alias) -> Result<Option<Person>, Error> {
        let (whose, alias) = (fold(&program.name), alias.clone());
        self.readers
            .run(move |connection| person_called(connection, &whose, &alias))
            .await
    }

    async fn room(&self, program: &Person, alias: &Alias) -> Result<Option<RoomId>, Error> {
        let (whose, alias) = (fold(&program.name), alias.clone());
        self.readers
            .run(move |connection| room_called(connection, &whose, &alias))
            .await
    }
}

impl Aliases for Batch<'_> {
    fn person_called(&self, whose: &str, alias: &Alias) -> Result<Option<Person>, Error> {
        person_called(self.tx, whose, alias)
    }

    fn room_called(&self, whose: &str, alias: &Alias) -> Result<Option<RoomId>, Error> {
        room_called(self.tx, whose, alias)
    }

    fn call_room(&mut self, room: &RoomId, (whose, alias): (&str, &Alias)) -> Result<(), Error> {
        let sql = "UPDATE room SET program = ?2, alias = ?3 WHERE id = ?1";
        self.tx
            .execute(sql, [room.as_str(), whose, alias.as_str()])?;
        self.rooms.remove(room); // it is looked up anew
        Ok(())
    }

    fn alias_of(&self, user: &UserId, whose: &str) -> Result<Option<Alias>, Error> {
        let sql = "SELECT alias FROM person WHERE id = ?1 AND program = ?2";
        let mut wanted = self.tx.prepare_cached(sql)?;
        let found = wanted.query_row([user.as_str(), whose], |row| alias(row, 0));
        Ok(found.optional()?.flatten())
    }

    fn members(&self, room: &RoomId, whose: &str) -> Result<Vec<Member>, Error> {
        let sql = "SELECT person.id, person.name, CASE person.program WHEN ?2 THEN person.alias END
                   FROM member JOIN person ON person.id = member.person
                   WHERE member.room = ?1 AND member.to_seq IS NULL ORDER BY person.id";
        let mut wanted = self.tx.prepare_cached(sql)?;
        let found = wanted.query_map([room.as_str(), whose], |row| {
            Ok(Member {
                person: person(row, 0)?,
                alias: alias(row, 2)?,
            })
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}

impl Names for Batch<'_> {
    fn bearer(&self, folded: &str) -> Result<Option<UserId>, Error> {
        let sql = "SELECT id FROM person WHERE folded = ?1
                   UNION ALL SELECT id FROM program WHERE folded = ?1";
        let mut wanted = self.tx.prepare_cached(sql)?;
        let found = wanted.query_row([folded], |row| parsed(row, 0));
        Ok(found.optional()?)
    }

    fn rename(&mut self, user: &UserId, name: &Name) -> Result<(), Error> {
        let sql = "UPDATE person SET name = ?2, folded = ?3 WHERE id = ?1";
        self.tx
            .execute(sql, [user.as_str(), name.as_str(), &fold(name)])?;
        Ok(())
    }

    fn settle(&mut self, name: &Name, (whose, alias): (&str, &Alias)) -> Result<Person, Error> {
        let person = Person {
            id: random_id::<8, UserId>(),
            name: name.clone(),
        };
        directory::settle(self.tx, &person)?;
        let sql = "UPDATE person SET program = ?2, alias = ?3 WHERE id = ?1";
        self.tx
            .execute(sql, [person.id.as_str(), whose, alias.as_str()])?;
        Ok(person)
    }
}

fn person_called(
    connection: &Connection,
    whose: &str,
    alias: &Alias,
) -> Result<Option<Person>, Error> {
    let sql = "SELECT id, name FROM person WHERE program = ?1 AND alias = ?2";
    let mut wanted = connection.prepare_cached(sql)?;
    let found = wanted.query_row([whose, alias.as_str()], |row| person(row, 0));
    Ok(found.optional()?)
}

fn room_called(
    connection: &Connection,
    whose: &str,
    alias: &Alias,
) -> Result<Option<RoomId>, Error> {
    let sql = "SELECT id FROM room WHERE program = ?1 AND alias = ?2";
    let mut wanted = connection.prepare_cached(sql)?;
    let found = wanted.query_row([whose, alias.as_str()], |row| parsed(row, 0));
    Ok(found.optional()?)
}
