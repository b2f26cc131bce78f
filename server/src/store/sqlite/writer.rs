//! The one thread of this process that writes.

use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::batch::Batch;
use super::{Error, Fence, Turn};
use crate::failpoint::{self, Point};
use crate::store::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, Draft, QUEUE_MAX, Stored};

type Answer<T> = oneshot::Sender<Result<T, Error>>;

type Write = Box<dyn FnOnce(Result<(&mut Connection, &Fence), Error>) + Send>;

enum Job {
    Append(Draft, Answer<Stored>),
    /// Anything else, in a transaction of its own, or with the reason why the turn to write did not come.
    Other(Write),
    End(oneshot::Sender<()>),
}

/// Takes jobs in order. Appends that queued while the last commit ran share the next one: no timer, no delay when idle.
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// The thread ends when the writer is dropped and its queue is empty.
    pub(super) fn start(connection: Connection, turn: Turn, fence: Arc<Fence>) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE_MAX);
        std::thread::Builder::new()
            .name("store writer".to_owned())
            .spawn(move || {
                Desk {
                    connection,
                    turn,
                    fence,
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
        self.commit(move |tx, _| write(tx)).await
    }

    /// Entries with what else they change, in a commit of their own.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Batch<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.commit(move |tx, top| {
            let mut batch = Batch::begin(tx, top);
            let written = write(&mut batch)?;
            batch.end()?;
            Ok(written)
        })
        .await
    }

    async fn commit<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Transaction<'_>, u64) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        let job = move |desk: Result<(&mut Connection, &Fence), Error>| {
            let outcome = desk.and_then(|(connection, fence)| {
                let expected = fence.expect()?;
                let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let top = expected.is_met(&tx)?;
                let written = write(&tx, top)?;
                tx.commit()?;
                fence.committed(connection)?;
                Ok(written)
            });
            // Nobody waits any more: the write stands all the same.
            let _ = answer.send(outcome);
        };
        self.queue(Job::Other(Box::new(job)))?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Returns when what was queued before is written and the file is let go of.
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

/// What the writer thread has on its desk.
struct Desk {
    connection: Connection,
    turn: Turn,
    fence: Arc<Fence>,
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
                Job::End(ended) => {
                    if self.fence.expect().is_ok()
                        && let Err(error) = super::fold_on_close(&self.connection)
                    {
                        tracing::warn!(%error, "the store is closed as it is");
                    }
                    drop(self);
                    let _ = ended.send(()); // who asked may be gone
                    return;
                }
            }
            if next.is_none() {
                next = queue.blocking_recv();
            }
        }
    }

    fn run(&mut self, write: Write) {
        let mut write = Some(write);
        let mut in_turn = |outcome| write.take().expect("called once")(outcome);
        if let Err(error) = self
            .turn
            .take(|| in_turn(Ok((&mut self.connection, &self.fence))))
        {
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
            fence,
        } = self;
        turn.take(|| {
            let expected = fence.expect()?;
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let top = expected.is_met(&tx)?;
            let mut batch = Batch::begin(&tx, top);
            let outcomes = drafts
                .iter()
                .map(|draft| batch.add(draft))
                .collect::<Result<_, _>>()?;
            batch.end()?;
            failpoint::pass(Point::BeforeCommit);
            tx.commit()?;
            failpoint::pass(Point::AfterCommit);
            fence.committed(connection)?;
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
