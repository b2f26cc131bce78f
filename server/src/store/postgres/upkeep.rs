//! What an operator does to a log in a database.

use deadpool_postgres::{Client, GenericClient};
use protocol::Epoch;

use super::fence::{Head, head};
use super::link::{self, pool, row, rows, settings};
use super::opening::{SCHEMA, version};
use super::rows::get;
use crate::store;
use crate::store::proof::{Fault, Proof, RoomProof};
use crate::store::upkeep::Error;

/// What makes a copy of a database; Confab itself makes none.
pub(in crate::store) const BACKUP: &str = "a database is copied by PostgreSQL's own tool, while nodes run: \
     pg_dump --format=custom --file=FILE postgres://…; to be sure of what it copies, run before it: confab check";

pub(in crate::store) const RESTORE: &str = "a database is put back by PostgreSQL's own tool: stop all nodes, make an empty \
     database, run pg_restore --dbname=postgres://… FILE, run confab check, and start the nodes with that database. They see that \
     it is another one: the log gets a new epoch, and clients load everything anew";

/// Each finds one kind of fault: what its rows tell is the place, and the text after it is what is wrong there.
const QUESTIONS: [(&str, &str); 10] = [
    (
        "SELECT 'offset ' || n FROM (SELECT log_offset, row_number() OVER (ORDER BY log_offset) AS n FROM entry) AS numbered
         WHERE log_offset <> n LIMIT 1",
        "there is no entry: from here on the offsets have holes",
    ),
    (
        "SELECT 'the log' FROM log WHERE top <> (SELECT coalesce(max(log_offset), 0) FROM entry)",
        "its highest offset is not the one it knows as its top",
    ),
    (
        "SELECT 'room ' || room || ', seq ' || min(n) FROM
         (SELECT room, seq, row_number() OVER (PARTITION BY room ORDER BY seq) AS n FROM entry) AS numbered
         WHERE seq <> n GROUP BY room",
        "there is no such entry: from here on the seqs have holes",
    ),
    (
        "SELECT 'room ' || room || ', seq ' || seq FROM
         (SELECT room, seq, log_offset, lag(log_offset) OVER (PARTITION BY room ORDER BY seq) AS earlier FROM entry) AS followed
         WHERE earlier >= log_offset",
        "it stands before its predecessor in the log",
    ),
    (
        "SELECT 'room ' || id FROM room WHERE top <> (SELECT coalesce(max(seq), 0) FROM entry WHERE entry.room = room.id)",
        "its highest seq is not the one it knows as its top",
    ),
    (
        "SELECT 'room ' || room || ', ' || count(*) || ' entries' FROM entry
         WHERE NOT EXISTS (SELECT 1 FROM room WHERE id = entry.room) GROUP BY room",
        "there is no such room",
    ),
    (
        "SELECT 'room ' || max(room) || ', seq ' || max(seq) FROM entry GROUP BY sender, cid HAVING count(*) > 1",
        "it is the same send as an earlier entry",
    ),
    (
        "SELECT 'room ' || room || ', seq ' || seq FROM entry AS change WHERE kind IN ('edited', 'deleted', 'reacted', 'unreacted')
         AND NOT EXISTS (SELECT 1 FROM entry WHERE room = change.room AND seq < change.seq AND seq::text = change.target
           AND kind IN ('posted', 'notice'))",
        "the message it changes is not there",
    ),
    (
        "SELECT 'room ' || said.room || ', seq ' || said.seq FROM entry AS deleted
         JOIN entry AS said ON said.room = deleted.room AND said.seq =
           CASE WHEN deleted.target ~ '^[0-9]{1,18}$' THEN deleted.target::bigint END
         WHERE deleted.kind = 'deleted' AND said.body <> ''",
        "it was taken back, and is still to be read",
    ),
    (
        "SELECT 'room ' || room || ', ' || person FROM member JOIN room ON room.id = member.room WHERE read_seq > top",
        "they have read further than it goes",
    ),
];

pub(in crate::store) fn check(address: &str) -> Result<Proof, Error> {
    perform(async {
        let mut link = look_into(address).await?;
        let tx = super::readers::moment(&mut link).await?;
        Ok(prove(&tx).await)
    })
}

/// Whether there is a log of this build.
pub(in crate::store) fn is_there(address: &str) -> Result<(), Error> {
    perform(async { look_into(address).await.map(drop) })
}

/// Whether there is one whose entries are all there: a dump that is being put back has its rows one table after the other, and
/// its indexes at the end.
pub(in crate::store) fn is_complete(address: &str) -> Result<(), Error> {
    perform(async {
        let link = connect(address).await?;
        let known = (1..=SCHEMA.len()).contains(&version(&link).await?);
        let asked = "SELECT top = (SELECT coalesce(max(log_offset), 0) FROM entry) AND to_regclass('ticket_expires') IS NOT NULL FROM log";
        let found = if known {
            row(&link, asked, &[]).await?
        } else {
            None
        };
        let is_whole = found.map_or(Ok(false), |row| get(&row, 0))?;
        if is_whole {
            Ok(())
        } else {
            Err(Error("the database has no whole log of Confab".to_owned()))
        }
    })
}

/// Runs it to its end, from wherever: a runtime of its own does not mind the caller's.
pub(super) fn perform<T: Send>(
    task: impl Future<Output = Result<T, Error>> + Send,
) -> Result<T, Error> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error(format!("the async runtime: {error}")))?;
        runtime.block_on(task)
    };
    let done = std::thread::scope(|scope| scope.spawn(run).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A connection on which everything may take its time.
pub(super) async fn connect(address: &str) -> Result<Client, Error> {
    let link = pool(settings(address)?, 1).get().await;
    let link = link.map_err(store::Error::from)?;
    let patient = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";
    link.batch_execute(patient)
        .await
        .map_err(store::Error::from)?;
    Ok(link)
}

/// Opens a log that is there, to look at it. It may be in use.
pub(super) async fn look_into(address: &str) -> Result<Client, Error> {
    let link = connect(address).await?;
    let (found, known) = (version(&link).await?, SCHEMA.len());
    match found {
        0 => Err(Error(
            "the database has no log of Confab; give another one, or start a node on it, which makes one".to_owned(),
        )),
        version if version > known => Err(Error(format!(
            "the database has schema version {version}, this build knows {known}: use the newer build"
        ))),
        version if version < known => Err(Error(format!(
            "the database has schema version {version}, this build {known}: start a node of this build on it once, it brings it up to date"
        ))),
        _ => Head::found(row(&link, head!(), &[]).await?).map(|_| link).map_err(Into::into),
    }
}

/// Everything that must hold of a log, in one view of it. What cannot be read to its end has that as its fault.
pub(super) async fn prove(tx: &impl GenericClient) -> Proof {
    let mut proof = Proof {
        epoch: String::new(),
        entries: 0,
        rooms: Vec::new(),
        faults: Vec::new(),
    };
    if let Err(error) = examine(tx, &mut proof).await {
        proof.faults.push(Fault {
            place: "the database".to_owned(),
            what: format!("it cannot be read to its end: {error}"),
        });
    }
    proof
}

async fn examine(tx: &impl GenericClient, proof: &mut Proof) -> Result<(), store::Error> {
    let found = row(
        tx,
        "SELECT epoch, (SELECT count(*) FROM entry) FROM log",
        &[],
    )
    .await?;
    let found = found.ok_or_else(|| store::Error::Unavailable("it has no log".to_owned()))?;
    proof.epoch = get(&found, 0)?;
    proof.entries = super::rows::count(&found, 1)?;
    if proof.epoch.parse::<Epoch>().is_err() {
        let place = "the log".to_owned();
        let what = "its epoch is not one".to_owned();
        proof.faults.push(Fault { place, what });
    }
    for (question, what) in QUESTIONS {
        for found in rows(tx, question, &[]).await? {
            let what = what.to_owned();
            proof.faults.push(Fault {
                place: get(&found, 0)?,
                what,
            });
        }
    }
    let sql = "SELECT id, count(seq), coalesce(max(seq), 0), top FROM room LEFT JOIN entry ON room = id GROUP BY id ORDER BY id";
    for found in link::rows(tx, sql, &[]).await? {
        let (entries, last, top) = (get(&found, 1)?, get(&found, 2)?, get(&found, 3)?);
        proof.rooms.push(RoomProof {
            room: get(&found, 0)?,
            entries,
            last,
            top,
            // That the seqs are 1 to `last` follows: no two are the same, and none is missing.
            is_sound: entries == last && last == top,
        });
    }
    Ok(())
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self(error.to_string())
    }
}
