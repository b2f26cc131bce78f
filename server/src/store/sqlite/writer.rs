//! The one thread of this process that writes.

use std::collections::HashMap;

use protocol::{Cid, Entry, Epoch, Kind, Name, RoomId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::{Error, Turn};
use crate::store::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, Draft, QUEUE_MAX, Stored};

type Answer<T> = oneshot::Sender<Result<T, Error>>;

type Write = Box<dyn FnOnce(Result<&mut Connection, Error>) + Send>;

enum Job {
    Append(Draft, Answer<Stored>),
    /// Anything else, in a transaction of its own, or with the reason why the turn to write did not come.
    Other(Write),
}

/// Takes jobs in order. Appends that queued while the last commit ran share the next one: no timer, no delay when idle.
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// The thread ends when the writer is dropped and its queue is empty.
    pub(super) fn start(connection: Connection, turn: Turn, epoch: Epoch) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE_MAX);
        std::thread::Builder::new()
            .name("store writer".to_owned())
            .spawn(move || {
                Desk {
                    connection,
                    turn,
                    epoch,
                }
                .work(queue)
            })
            .expect("the system has a thread for us");
        Self { jobs }
    }

    pub(super) async fn append(&self, draft: Draft) -> Result<Stored, Error> {
        let (answer, answered) = oneshot::channel();
        self.queue(Job::Append(draft, answer))?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        let job = move |connection: Result<&mut Connection, Error>| {
            let outcome = connection.and_then(|connection| {
                let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let written = write(&tx)?;
                tx.commit()?;
                Ok(written)
            });
            // Nobody waits any more: the write stands all the same.
            let _ = answer.send(outcome);
        };
        self.queue(Job::Other(Box::new(job)))?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    fn queue(&self, job: Job) -> Result<(), Error> {
        self.jobs.try_send(job).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => Error::Busy,
            mpsc::error::TrySendError::Closed(_) => gone(),
        })
    }
}

fn gone() -> Error {
    Error::Unavailable("the writer has stopped".to_owned())
}

/// What the writer thread has on its desk.
struct Desk {
    connection: Connection,
    turn: Turn,
    epoch: Epoch,
}

impl Desk {
    fn work(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut next = queue.blocking_recv();
        while let Some(job) = next.take() {
            match job {
                Job::Append(draft, answer) => {
                    let (batch, other) = gather((draft, answer), &mut queue);
                    self.commit(batch);
                    next = other;
                }
                Job::Other(write) => self.run(write),
            }
            if next.is_none() {
                next = queue.blocking_recv();
            }
        }
    }

    fn run(&mut self, write: Write) {
        let mut write = Some(write);
        let mut in_turn = |outcome| write.take().expect("called once")(outcome);
        if let Err(error) = self.turn.take(|| in_turn(Ok(&mut self.connection))) {
            in_turn(Err(error));
        }
    }

    /// Stores a batch in one commit. If that fails, each entry gets a commit of its own, so that one cannot spoil the others.
    fn commit(&mut self, batch: Vec<(Draft, Answer<Stored>)>) {
        let (drafts, answers): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let outcomes = match self.store(&drafts) {
            Ok(outcomes) => outcomes,
            Err(error) if drafts.len() == 1 => vec![Err(error)],
            Err(error) => {
                tracing::warn!(%error, entries = drafts.len(), "a batch failed, storing one by one");
                let alone = |draft| self.store(std::slice::from_ref(draft)).and_then(only);
                drafts.iter().map(alone).collect()
            }
        };
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            // Nobody waits any more: the entry is stored all the same, and its resend gets this answer.
            let _ = answer.send(outcome);
        }
    }

    fn store(&mut self, drafts: &[Draft]) -> Result<Vec<Result<Stored, Error>>, Error> {
        let Self {
            connection,
            turn,
            epoch,
        } = self;
        turn.take(|| {
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut batch = Batch::begin(&tx, epoch)?;
            let outcomes = drafts
                .iter()
                .map(|draft| batch.add(draft))
                .collect::<Result<_, _>>()?;
            batch.end()?;
            tx.commit()?;
            Ok(outcomes)
        })?
    }
}

fn only(mut outcomes: Vec<Result<Stored, Error>>) -> Result<Stored, Error> {
    outcomes.pop().expect("one draft has one outcome")
}

type Appends = Vec<(Draft, Answer<Stored>)>;

/// What queued behind the first append and fits into the same commit, and the job that ended the run, if one did.
fn gather(
    first: (Draft, Answer<Stored>),
    queue: &mut mpsc::Receiver<Job>,
) -> (Appends, Option<Job>) {
    let mut bytes = first.0.body.len();
    let mut batch = vec![first];
    while batch.len() < BATCH_ENTRIES_MAX && bytes < BATCH_BYTES_MAX {
        match queue.try_recv() {
            Ok(Job::Append(draft, answer)) => {
                bytes += draft.body.len();
                batch.push((draft, answer));
            }
            Ok(other) => return (batch, Some(other)),
            Err(_) => break,
        }
    }
    (batch, None)
}

/// One commit's entries. The tops are read once and written once, under the transaction's lock.
struct Batch<'a> {
    tx: &'a Transaction<'a>,
    top: u64,
    rooms: HashMap<RoomId, u64>,
}

impl<'a> Batch<'a> {
    fn begin(tx: &'a Transaction<'a>, epoch: &Epoch) -> Result<Self, Error> {
        let (found, top): (String, u64) = tx
            .prepare_cached("SELECT epoch, top FROM log WHERE id = 1")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if found != epoch.as_str() {
            return Err(Error::Unavailable(
                "the file holds another log now; restart this node".to_owned(),
            ));
        }
        Ok(Self {
            tx,
            top,
            rooms: HashMap::new(),
        })
    }

    /// The inner error refuses this draft alone, the outer one fails the commit.
    fn add(&mut self, draft: &Draft) -> Result<Result<Stored, Error>, Error> {
        if let Some(before) = self.find(&draft.sender.id, &draft.cid)? {
            let same = before.room == draft.room && before.body == draft.body;
            return Ok(if same {
                Ok(Stored::Before(before))
            } else {
                Err(Error::CidConflict)
            });
        }
        let Some(room_top) = self.room_top(&draft.room)? else {
            return Ok(Err(Error::RoomUnknown));
        };
        let entry = Entry {
            room: draft.room.clone(),
            seq: room_top + 1,
            offset: self.top + 1,
            sender: draft.sender.id.clone(),
            name: draft.sender.name.clone(),
            cid: draft.cid.clone(),
            kind: draft.kind,
            body: draft.body.clone(),
            at: draft.at,
        };
        self.insert(&entry)?;
        self.top = entry.offset;
        self.rooms.insert(entry.room.clone(), entry.seq);
        Ok(Ok(Stored::Now(entry)))
    }

    fn insert(&self, entry: &Entry) -> Result<(), Error> {
        let sql = "INSERT INTO entry (log_offset, room, seq, sender, name, cid, kind, body, at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.tx.prepare_cached(sql)?.execute((
            entry.offset,
            entry.room.as_str(),
            entry.seq,
            entry.sender.as_str(),
            entry.name.as_str(),
            entry.cid.as_str(),
            kind_name(entry.kind),
            &entry.body,
            entry.at,
        ))?;
        Ok(())
    }

    fn find(&self, sender: &UserId, cid: &Cid) -> Result<Option<Entry>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE sender = ?1 AND cid = ?2");
        Ok(self
            .tx
            .prepare_cached(&sql)?
            .query_row([sender.as_str(), cid.as_str()], entry)
            .optional()?)
    }

    fn room_top(&mut self, room: &RoomId) -> Result<Option<u64>, Error> {
        if let Some(top) = self.rooms.get(room) {
            return Ok(Some(*top));
        }
        let sql = "SELECT top FROM room WHERE id = ?1";
        Ok(self
            .tx
            .prepare_cached(sql)?
            .query_row([room.as_str()], |row| row.get(0))
            .optional()?)
    }

    fn end(self) -> Result<(), Error> {
        for (room, top) in &self.rooms {
            self.tx
                .prepare_cached("UPDATE room SET top = ?2 WHERE id = ?1")?
                .execute((room.as_str(), top))?;
        }
        self.tx
            .prepare_cached("UPDATE log SET top = ?1 WHERE id = 1")?
            .execute([self.top])?;
        Ok(())
    }
}

/// What [`entry`] reads, in its order.
pub(super) const COLUMNS: &str = "room, seq, log_offset, sender, name, cid, kind, body, at";

pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        room: parsed(row, 0)?,
        seq: row.get(1)?,
        offset: row.get(2)?,
        sender: parsed(row, 3)?,
        name: name(row, 4)?,
        cid: parsed(row, 5)?,
        kind: kind(&row.get::<_, String>(6)?),
        body: row.get(7)?,
        at: row.get(8)?,
    })
}

/// A column that holds an id.
pub(super) fn parsed<T: std::str::FromStr<Err = protocol::BadId>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    row.get::<_, String>(column)?
        .parse()
        .map_err(|bad| unreadable(column, bad))
}

pub(super) fn name(row: &Row<'_>, column: usize) -> rusqlite::Result<Name> {
    Name::try_from(row.get::<_, String>(column)?).map_err(|bad| unreadable(column, bad))
}

fn unreadable(
    column: usize,
    bad: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, bad.into())
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Posted => "posted",
        Kind::Unknown => "unknown",
    }
}

fn kind(name: &str) -> Kind {
    match name {
        "posted" => Kind::Posted,
        _ => Kind::Unknown,
    }
}
