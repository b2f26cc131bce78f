//! The one thread of this node that writes.

use tokio::sync::mpsc;
use tokio_postgres::Config;

use super::Error;
use super::batch::Batch;
use super::desk::{Desk, Opened};
use crate::store::jobs::{self, Answer, Job, Jobs, gone};
use crate::store::{Draft, Stored};

type Change = Box<dyn FnOnce(&mut Desk) + Send>;

pub(super) struct Writer {
    jobs: Jobs<Change>,
}

impl Writer {
    /// Opens the log. The thread ends when the writer is dropped and its queue is empty.
    pub(super) fn start(config: Config) -> Result<(Self, Opened), Error> {
        let (jobs, queue) = Jobs::new();
        let (opened, is_open) = std::sync::mpsc::channel();
        std::thread::Builder::new()
            .name("store writer".to_owned())
            .spawn(move || match Desk::open(config) {
                Ok((desk, log)) => {
                    let _ = opened.send(Ok(log)); // who asked waits
                    work(desk, queue);
                }
                Err(error) => {
                    let _ = opened.send(Err(error));
                }
            })
            .expect("the system has a thread for us");
        let log = is_open.recv().unwrap_or_else(|_| Err(gone()))?;
        Ok((Self { jobs }, log))
    }

    pub(super) async fn append(&self, draft: Draft) -> Result<Stored, Error> {
        self.jobs.append(draft).await
    }

    pub(super) async fn append_all(&self, drafts: Vec<Draft>) -> Vec<Result<Stored, Error>> {
        self.jobs.append_all(drafts).await
    }

    /// Entries and what else they change, in a commit of their own.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Batch<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let job = |answer: Answer<T>| -> Change {
            Box::new(move |desk| {
                // Nobody waits any more: the write stands all the same.
                let _ = answer.send(desk.commit(&[], write));
            })
        };
        self.jobs.change(job).await
    }

    /// Returns when what was queued before is written and the server is let go of.
    pub(super) async fn end(&self) {
        self.jobs.end().await;
    }
}

fn work(mut desk: Desk, mut queue: mpsc::Receiver<Job<Change>>) {
    let mut next = None;
    while let Some(job) = next.take().or_else(|| desk.wait(queue.recv())) {
        match job {
            Job::Append(first) => {
                let (batch, other) = jobs::Batch::gather(first, &mut queue);
                append(&mut desk, batch);
                next = other;
            }
            Job::Other(change) => change(&mut desk),
            Job::End(ended) => {
                drop(desk);
                let _ = ended.send(()); // who asked may be gone
                return;
            }
        }
    }
}

/// Stores a batch in one commit. If that fails for what is in it, each entry gets a commit of its own, so that one cannot spoil
/// the others.
fn append(desk: &mut Desk, batch: jobs::Batch) {
    let drafts = &batch.drafts;
    let outcomes = match desk.append(drafts) {
        Ok(outcomes) => outcomes,
        Err(error) if drafts.len() == 1 || !desk.is_connected() || is_of_the_hour(&error) => {
            drafts.iter().map(|_| Err(error.clone())).collect()
        }
        Err(error) => {
            tracing::warn!(%error, entries = drafts.len(), "a batch failed, storing one by one");
            let mut alone = |draft| {
                let stored = desk.append(std::slice::from_ref(draft));
                stored.and_then(|mut only| only.pop().expect("one draft has one outcome"))
            };
            drafts.iter().map(&mut alone).collect()
        }
    };
    batch.answer(outcomes);
}

/// Whether each of them alone would fail for the same reason.
fn is_of_the_hour(error: &Error) -> bool {
    matches!(error, Error::Busy | Error::Full | Error::Replaced(_))
}
