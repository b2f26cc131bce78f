//! What is measured of a store, with two nodes on it.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use protocol::{Cid, Kind, Person, RoomId};
use server::store::{self, Draft, Error, Reader, Span, Store, random_id};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::postgres_server::PostgresServer;

const SINGLE: usize = 200;

/// Entries that another node finds by the log's tail, one after the other.
const FOUND: usize = 20;

/// Senders at once, and entries of each.
const SENDERS: usize = 64;
const EACH: usize = 50;

/// How long a store may take to be back after its server's death.
const BACK_MAX: Duration = Duration::from_secs(60);

pub const HEAD: &str = "\
| store | entries in order for both nodes, each once | gone after its server's death | stores again after | commit p50 | p99 | entries/s, 64 senders | p50 to another node, no backplane |
|---|---|---|---|---|---|---|---|";

pub struct Measured {
    /// Entries acknowledged, and found in one order, none missing or doubled.
    in_order: usize,
    /// Of a store that is a server: entries that were not there any more when it was back, and after how long it stored again.
    death: Option<(usize, Duration)>,
    committed: Vec<Duration>,
    entries_per_sec: f64,
    found: Vec<Duration>,
}

impl Measured {
    pub fn row(&self, name: &str) -> String {
        let millis = |took: &[Duration], percent: usize| {
            took[(took.len() - 1) * percent / 100].as_secs_f64() * 1e3
        };
        let death = self.death.map_or("– | –".to_owned(), |(gone, back)| {
            format!("{gone} | {:.1} s", back.as_secs_f64())
        });
        format!(
            "| {name} | {} | {death} | {:.1} ms | {:.1} ms | {:.0} | {:.0} ms |",
            self.in_order,
            millis(&self.committed, 50),
            millis(&self.committed, 99),
            self.entries_per_sec,
            millis(&self.found, 50),
        )
    }
}

pub async fn measure_all() -> [(&'static str, Measured); 2] {
    let folder = TempDir::new().expect("a folder");
    let file = format!("sqlite:{}", folder.path().join("confab.db").display());
    let sqlite = measure(&file, None).await;
    let mut server = PostgresServer::start();
    let database = server.database();
    let postgres = measure(&database, Some(&mut server)).await;
    [("sqlite", sqlite), ("postgres", postgres)]
}

async fn measure(address: &str, server: Option<&mut PostgresServer>) -> Measured {
    let (one, two) = (open(address), open(address));
    let name = "Ann".to_owned().try_into().expect("a name");
    let (ann, _) = one.directory.join(name).await.expect("she is in");
    let committed = singly(&one, &ann).await;
    let entries_per_sec = many(&one, &ann).await;
    let found = by_the_tail((&one, &two), &ann).await;
    let known = all(&two).await;
    assert_eq!(known.len(), SINGLE + SENDERS * EACH + FOUND);
    let death = match server {
        Some(server) => Some(dies(server, (&one, &two), &ann).await),
        None => None,
    };
    Measured {
        in_order: known.len(),
        death,
        committed,
        entries_per_sec,
        found,
    }
}

async fn dies(
    server: &mut PostgresServer,
    (one, two): (&Store, &Store),
    ann: &Person,
) -> (usize, Duration) {
    let last = draft(ann);
    stored(one, last.clone()).await;
    let before = all(two).await;
    server.kill();
    server.start_again();
    let there = Instant::now();
    let again = timeout(BACK_MAX, until_stored(one, last)).await;
    again.expect("it stores again in time");
    let back = there.elapsed();
    let after = all(two).await;
    assert_eq!(after, before, "nothing is gone, and nothing twice");
    (before.len() - after.len(), back)
}

fn open(address: &str) -> Store {
    store::connect(address).expect("it opens")
}

async fn singly(store: &Store, ann: &Person) -> Vec<Duration> {
    let mut took = Vec::new();
    for _ in 0..SINGLE {
        let sent = Instant::now();
        stored(store, draft(ann)).await;
        took.push(sent.elapsed());
    }
    took.sort();
    took
}

async fn many(store: &Store, ann: &Person) -> f64 {
    let began = Instant::now();
    let senders = (0..SENDERS).map(|_| async {
        for _ in 0..EACH {
            stored(store, draft(ann)).await;
        }
    });
    join_all(senders).await;
    (SENDERS * EACH) as f64 / began.elapsed().as_secs_f64()
}

async fn by_the_tail((one, two): (&Store, &Store), ann: &Person) -> Vec<Duration> {
    let mut took = Vec::new();
    for _ in 0..FOUND {
        let after = newest(two).await;
        let sent = Instant::now();
        stored(one, draft(ann)).await;
        while two.log.tail(after, 1).await.expect("the tail").is_empty() {
            two.log.changed().await;
        }
        took.push(sent.elapsed());
    }
    took.sort();
    took
}

/// The same draft again and again, until it is answered: it is stored already.
async fn until_stored(store: &Store, draft: Draft) {
    loop {
        match store.log.append(draft.clone()).await {
            Ok(store::Stored::Before(_)) => return,
            Ok(store::Stored::Now(entry)) => panic!("{entry:?} was lost, and stored anew"),
            Err(Error::Busy | Error::Unavailable(_)) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// The cids in the lobby, whose seqs are 1, 2, 3 …
async fn all(store: &Store) -> Vec<Cid> {
    let mut cids: Vec<Cid> = Vec::new();
    loop {
        let span = Span::After {
            seq: cids.len() as u64,
            limit: 500,
        };
        let page = store.log.read(Reader::Node, &RoomId::lobby(), span).await;
        let entries = match page {
            Ok(page) => page.entries,
            Err(Error::Unavailable(_)) => continue, // this node has not noticed yet that the server is back
            Err(error) => panic!("{error}"),
        };
        if entries.is_empty() {
            return cids;
        }
        for entry in entries {
            assert_eq!(entry.seq, cids.len() as u64 + 1);
            cids.push(entry.cid);
        }
    }
}

async fn newest(store: &Store) -> u64 {
    let lobby = RoomId::lobby();
    let page = store.log.read(Reader::Node, &lobby, Span::newest(1)).await;
    page.expect("a page").entries[0].offset
}

async fn stored(store: &Store, draft: Draft) {
    store.log.append(draft).await.expect("it is stored");
}

fn draft(ann: &Person) -> Draft {
    Draft {
        room: RoomId::lobby(),
        sender: ann.clone(),
        cid: random_id::<16, Cid>(),
        kind: Kind::Posted,
        target: None,
        body: "as long as a message is, more or less".to_owned(),
        enclosed: None,
        at: 1,
    }
}
