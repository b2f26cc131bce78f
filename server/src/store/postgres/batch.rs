//! What one commit writes.

use std::cell::Cell;
use std::collections::HashMap;

use deadpool_postgres::{Client, GenericClient};
use protocol::{Cid, Entry, Kind, RoomId, Target, UserId};
use tokio::runtime::Runtime;
use tokio_postgres::Row;

use super::Error;
use super::ahead::Ahead;
use super::link::{self, Params, in_time};
use super::rows::{COLUMNS, each, entry, get, number};
use super::standing::facts;
use crate::store::rules::{Entries, Facts, sends};
use crate::store::words::kind_name;
use crate::store::{Draft, Stored, random_id};

/// One commit's entries. The tops are read once and written once, under the lock of the log's row. The rules ask one thing after
/// the other, so each answer is waited for here; what can be asked ahead has been.
pub(super) struct Batch<'a> {
    runtime: &'a Runtime,
    link: &'a Client,
    top: u64,
    pub(super) ahead: Ahead,
    placed: Vec<Entry>,
    /// How many of these the server has.
    sent: Cell<usize>,
}

const INSERT: &str = "INSERT INTO entry (log_offset, room, seq, sender, name, cid, kind, target, body, at, enclosed)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::text[], $10::bigint[], $11::text[])";

const ROOM_TOPS: &str =
    "UPDATE room SET top = raised.top FROM unnest($1::text[], $2::bigint[]) AS raised (room, top)
    WHERE id = raised.room";

const LOG_TOP: &str = "UPDATE log SET top = $1 WHERE id = 1";

impl<'a> Batch<'a> {
    /// In a log that is known to be ours, and goes up to `top`.
    pub(super) fn begin(
        (runtime, link): (&'a Runtime, &'a Client),
        top: u64,
        ahead: Ahead,
    ) -> Self {
        Self {
            runtime,
            link,
            top,
            ahead,
            placed: Vec::new(),
            sent: Cell::new(0),
        }
    }

    /// The inner error refuses this draft alone, the outer one fails the commit.
    pub(super) fn add(&mut self, draft: &Draft) -> Result<Result<Stored, Error>, Error> {
        match sends::send(self, draft) {
            Err(error) if !error.is_refusal() => Err(error),
            sent => Ok(sent),
        }
    }

    /// Gives the draft its place, whoever its sender is.
    pub(super) fn append(&mut self, draft: &Draft) -> Result<Entry, Error> {
        let offset = self.top + 1;
        let room = self.look(&draft.room)?.ok_or(Error::RoomUnknown)?;
        room.top += 1;
        let entry = Entry {
            room: draft.room.clone(),
            seq: room.top,
            offset,
            sender: draft.sender.id.clone(),
            name: draft.sender.name.clone(),
            cid: draft.cid.clone(),
            kind: draft.kind,
            target: draft.target.clone(),
            body: draft.body.clone(),
            enclosed: draft.enclosed.clone(),
            at: draft.at,
        };
        self.top = offset;
        let send = (entry.sender.clone(), entry.cid.clone());
        self.ahead.sends.insert(send, Some(entry.clone()));
        self.placed.push(entry.clone());
        Ok(entry)
    }

    pub(super) fn look(&mut self, id: &RoomId) -> Result<Option<&mut Facts>, Error> {
        if !self.ahead.rooms.contains_key(id) {
            let sql = "SELECT kind, name, top, owner, program IS NOT NULL FROM room WHERE id = $1";
            if let Some(found) = self.row(sql, &[&id.as_str()])? {
                self.ahead.rooms.insert(id.clone(), facts(&found, 0)?);
            }
        }
        Ok(self.ahead.rooms.get_mut(id))
    }

    pub(super) fn rows(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, Error> {
        self.wait(link::rows(self.link, sql, params))
    }

    /// The only row, if there is one.
    pub(super) fn row(&self, sql: &str, params: Params<'_>) -> Result<Option<Row>, Error> {
        self.wait(link::row(self.link, sql, params))
    }

    /// How many rows it has changed.
    pub(super) fn change(&self, sql: &str, params: Params<'_>) -> Result<u64, Error> {
        self.wait(link::change(self.link, sql, params))
    }

    pub(super) fn wait<T>(
        &self,
        asked: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.runtime.block_on(in_time(asked))
    }

    /// What asks for or changes entries is to find those placed before.
    fn send_placed(&self) -> Result<(), Error> {
        self.wait(self.insert())
    }

    async fn insert(&self) -> Result<(), Error> {
        let placed = &self.placed[self.sent.get()..];
        if placed.is_empty() {
            return Ok(());
        }
        fn column<'e, T>(entries: &'e [Entry], of: impl FnMut(&'e Entry) -> T) -> Vec<T> {
            entries.iter().map(of).collect()
        }
        let enclosed = |entry: &Entry| {
            let json = |enclosed| serde_json::to_string(enclosed);
            let json = entry.enclosed.as_ref().map(json);
            json.transpose().expect("it has only string keys")
        };
        link::change(
            self.link,
            INSERT,
            &[
                &column(placed, |entry| number(entry.offset)),
                &column(placed, |entry| entry.room.as_str()),
                &column(placed, |entry| number(entry.seq)),
                &column(placed, |entry| entry.sender.as_str()),
                &column(placed, |entry| entry.name.as_str()),
                &column(placed, |entry| entry.cid.as_str()),
                &column(placed, |entry| kind_name(entry.kind)),
                &column(placed, |entry| entry.target.as_ref().map(Target::as_str)),
                &column(placed, |entry| entry.body.as_str()),
                &column(placed, |entry| number(entry.at)),
                &column(placed, enclosed),
            ],
        )
        .await?;
        self.sent.set(self.placed.len());
        Ok(())
    }

    /// Commits, and tells the log's top.
    pub(super) fn end(self) -> Result<u64, Error> {
        self.wait(self.commit())?;
        Ok(self.top)
    }

    /// In one round trip, once the statements are known to the server: what fails of them fails the commit.
    async fn commit(&self) -> Result<(), Error> {
        if self.placed.is_empty() {
            return Ok(self.link.batch_execute("COMMIT").await?);
        }
        let mut tops: HashMap<&str, i64> = HashMap::new();
        for entry in &self.placed {
            tops.insert(entry.room.as_str(), number(entry.seq));
        }
        let (rooms, tops): (Vec<&str>, Vec<i64>) = tops.into_iter().unzip();
        for sql in [INSERT, ROOM_TOPS, LOG_TOP] {
            self.link.prepare_cached(sql).await?; // known before, or the commit would overtake it
        }
        let top = number(self.top);
        let (inserted, raised, risen, committed) = tokio::join!(
            biased;
            self.insert(),
            async { link::change(self.link, ROOM_TOPS, &[&rooms, &tops]).await },
            async { link::change(self.link, LOG_TOP, &[&top]).await },
            self.link.batch_execute("COMMIT"),
        );
        inserted?;
        raised?;
        risen?;
        Ok(committed?)
    }
}

impl Entries for Batch<'_> {
    fn before(&self, sender: &UserId, cid: &Cid) -> Result<Option<Entry>, Error> {
        if let Some(known) = self.ahead.sends.get(&(sender.clone(), cid.clone())) {
            return Ok(known.clone());
        }
        self.send_placed()?;
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE sender = $1 AND cid = $2");
        let found = self.row(&sql, &[&sender.as_str(), &cid.as_str()])?;
        found.as_ref().map(entry).transpose()
    }

    fn at(&self, room: &RoomId, seq: u64) -> Result<Option<Entry>, Error> {
        self.send_placed()?;
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE room = $1 AND seq = $2");
        let found = self.row(&sql, &[&room.as_str(), &number(seq)])?;
        found.as_ref().map(entry).transpose()
    }

    fn newest_about(
        &self,
        room: &RoomId,
        kind: Kind,
        target: &Target,
    ) -> Result<Option<Entry>, Error> {
        self.send_placed()?;
        let sql = format!(
            "SELECT {COLUMNS} FROM entry
             WHERE room = $1 AND target = $2 AND kind = $3 AND kind <> 'posted' ORDER BY log_offset DESC LIMIT 1"
        );
        let found = self.row(&sql, &[&room.as_str(), &target.as_str(), &kind_name(kind)])?;
        found.as_ref().map(entry).transpose()
    }

    fn reactions(
        &self,
        room: &RoomId,
        target: &Target,
        limit: usize,
    ) -> Result<Vec<String>, Error> {
        self.send_placed()?;
        // From one to the next different one, however many people show each.
        let sql = "WITH RECURSIVE shown (body) AS (
               SELECT min(body) FROM entry WHERE room = $1 AND target = $2 AND kind = 'reacted'
             UNION ALL
               SELECT (SELECT min(body) FROM entry
                       WHERE room = $1 AND target = $2 AND kind = 'reacted' AND body > shown.body)
               FROM shown WHERE shown.body IS NOT NULL)
             SELECT body FROM shown WHERE body IS NOT NULL LIMIT $3";
        let found = self.rows(sql, &[&room.as_str(), &target.as_str(), &number(limit)])?;
        each(&found, |row| get(row, 0))
    }

    fn place(&mut self, draft: &Draft) -> Result<Entry, Error> {
        self.append(draft)
    }

    fn blank(&mut self, room: &RoomId, seq: u64) -> Result<(), Error> {
        self.send_placed()?;
        self.ahead.sends.clear(); // what was said there reads otherwise now
        let sql = "UPDATE entry SET body = '', enclosed = NULL WHERE room = $1 AND seq = $2";
        self.change(sql, &[&room.as_str(), &number(seq)])?;
        let sql = "UPDATE entry SET body = ''
                   WHERE room = $1 AND target = $2 AND kind <> 'posted' AND kind = 'edited'";
        let target = Target::message(seq);
        self.change(sql, &[&room.as_str(), &target.as_str()])?;
        Ok(())
    }

    fn fresh_cid(&self) -> Cid {
        random_id::<16, Cid>()
    }
}
