//! The one thread of this node that writes.

use tokio::sync::{mpsc, oneshot};
use tokio_postgres::Config;

use super::Error;
use super::batch::Batch;
use super::desk::{Desk, Opened};
use crate::store::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, Draft, QUEUE_MAX, Stored};

type Answer<T> = oneshot::Sender<Result<T, Error>>;

type Change = Box<dyn FnOnce(&mut Desk) + Send>;

enum Job {
    Append(Draft, Answer<Stored>),
    /// Anything else, in a transaction of its own.
    Other(Change),
    End(oneshot::Sender<()>),
}

/// Takes jobs in order. Appends that queued while the last commit ran share the next one: no timer, no delay when idle.
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Opens the log. The thread ends when the writer is dropped and its queue is empty.
    pub(super) fn start(config: Config) -> Result<(Self, Opened), Error> {
        let (jobs, queue) = mpsc::channel(QUEUE_MAX);
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
        let (answer, answered) = oneshot::channel();
        self.queue(Job::Append(draft, answer))?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Entries and what else they change, in a commit of their own.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Batch<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        let job = move |desk: &mut Desk| {
            // Nobody waits any more: the write stands all the same.
            let _ = answer.send(desk.commit(&[], write));
        };
        self.queue(Job::Other(Box::new(job)))?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Returns when what was queued before is written and the server is let go of.
    pub(super) async fn end(&self) {
        let (told, ended) = oneshot::channel();
        if self.jobs.send(Job::End(told)).await.is_ok() {
            let _ = ended.await; // gone is ended, too
        }
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

fn work(mut desk: Desk, mut queue: mpsc::Receiver<Job>) {
    let mut next = None;
    while let Some(job) = next.take().or_else(|| desk.wait(queue.recv())) {
        match job {
            Job::Append(draft, answer) => {
                let (batch, other) = gather((draft, answer), &mut queue);
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
fn append(desk: &mut Desk, batch: Appends) {
    let (drafts, answers): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
    let outcomes = match desk.append(&drafts) {
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
    for (answer, outcome) in answers.into_iter().zip(outcomes) {
        // Nobody waits any more: the entry is stored all the same, and its resend gets this answer.
        let _ = answer.send(outcome);
    }
}

/// Whether each of them alone would fail for the same reason.
fn is_of_the_hour(error: &Error) -> bool {
    matches!(error, Error::Busy | Error::Full | Error::Replaced(_))
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
