//! The people and rooms of programs, in PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Name, Person, RoomId, UserId};

use super::batch::Batch;
use super::directory;
use super::rows::{alias, each, parsed, person};
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

const PERSON: &str = "SELECT id, name FROM person WHERE program = $1 AND alias = $2";

const ROOM: &str = "SELECT id FROM room WHERE program = $1 AND alias = $2";

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
        let whose = fold(&program.name);
        let found = self.readers.row(PERSON, &[&whose, &alias.as_str()]).await?;
        found.map(|row| person(&row, 0)).transpose()
    }

    async fn room(&self, program: &Person, alias: &Alias) -> Result<Option<RoomId>, Error> {
        let whose = fold(&program.name);
        let found = self.readers.row(ROOM, &[&whose, &alias.as_str()]).await?;
        found.map(|row| parsed(&row, 0)).transpose()
    }
}

impl Aliases for Batch<'_> {
    fn person_called(&self, whose: &str, alias: &Alias) -> Result<Option<Person>, Error> {
        let found = self.row(PERSON, &[&whose, &alias.as_str()])?;
        found.map(|row| person(&row, 0)).transpose()
    }

    fn room_called(&self, whose: &str, alias: &Alias) -> Result<Option<RoomId>, Error> {
        let found = self.row(ROOM, &[&whose, &alias.as_str()])?;
        found.map(|row| parsed(&row, 0)).transpose()
    }

    fn call_room(&mut self, room: &RoomId, (whose, alias): (&str, &Alias)) -> Result<(), Error> {
        let sql = "UPDATE room SET program = $2, alias = $3 WHERE id = $1";
        self.change(sql, &[&room.as_str(), &whose, &alias.as_str()])?;
        self.ahead.rooms.remove(room); // it is looked up anew
        Ok(())
    }

    fn alias_of(&self, user: &UserId, whose: &str) -> Result<Option<Alias>, Error> {
        let sql = "SELECT alias FROM person WHERE id = $1 AND program = $2";
        let found = self.row(sql, &[&user.as_str(), &whose])?;
        found.map_or(Ok(None), |row| alias(&row, 0))
    }

    fn members(&self, room: &RoomId, whose: &str) -> Result<Vec<Member>, Error> {
        let sql =
            "SELECT person.id, person.name, CASE WHEN person.program = $2 THEN person.alias END
                   FROM member JOIN person ON person.id = member.person
                   WHERE member.room = $1 AND member.to_seq IS NULL ORDER BY person.id";
        let found = self.rows(sql, &[&room.as_str(), &whose])?;
        each(&found, |row| {
            Ok(Member {
                person: person(row, 0)?,
                alias: alias(row, 2)?,
            })
        })
    }
}

impl Names for Batch<'_> {
    fn bearer(&self, folded: &str) -> Result<Option<UserId>, Error> {
        let sql = "SELECT id FROM person WHERE folded = $1
                   UNION ALL SELECT id FROM program WHERE folded = $1 LIMIT 1";
        let found = self.row(sql, &[&folded])?;
        found.map(|row| parsed(&row, 0)).transpose()
    }

    fn rename(&mut self, user: &UserId, name: &Name) -> Result<(), Error> {
        let sql = "UPDATE person SET name = $2, folded = $3 WHERE id = $1";
        self.change(sql, &[&user.as_str(), &name.as_str(), &fold(name)])?;
        Ok(())
    }

    fn settle(&mut self, name: &Name, (whose, alias): (&str, &Alias)) -> Result<Person, Error> {
        let person = Person {
            id: random_id::<8, UserId>(),
            name: name.clone(),
        };
        directory::settle(self, &person)?;
        let sql = "UPDATE person SET program = $2, alias = $3 WHERE id = $1";
        self.change(sql, &[&person.id.as_str(), &whose, &alias.as_str()])?;
        Ok(person)
    }
}
