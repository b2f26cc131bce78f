//! The one thread of this process that writes.

use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::mpsc;

use super::batch::Batch;
use super::{Error, Fence, Turn};
use crate::failpoint::{self, Point};
use crate::store::jobs::{self, Answer, Job, Jobs};
use crate::store::{Draft, Stored};

/// Takes the turn to write, or the reason why it did not come.
type Write = Box<dyn FnOnce(Result<(&mut Connection, &Fence), Error>) + Send>;

pub(super) struct Writer {
    jobs: Jobs<Write>,
}

impl Writer {
    /// The thread ends when the writer is dropped and its queue is empty.
    pub(super) fn start(connection: Connection, turn: Turn, fence: Arc<Fence>) -> Self {
        let (jobs, queue) = Jobs::new();
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
        self.jobs.append(draft).await
    }

    pub(super) async fn append_all(&self, drafts: Vec<Draft>) -> Vec<Result<Stored, Error>> {
        self.jobs.append_all(drafts).await
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
        let job = |answer: Answer<T>| -> Write {
            Box::new(move |desk| {
                let outcome = desk.and_then(|(connection, fence)| {
                    let expected = fence.expect()?;
                    let tx =
                        connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                    let top = expected.is_met(&tx)?;
                    let written = write(&tx, top)?;
                    tx.commit()?;
                    fence.committed(connection)?;
                    Ok(written)
                });
                // Nobody waits any more: the write stands all the same.
                let _ = answer.send(outcome);
            })
        };
        self.jobs.change(job).await
    }

    /// Returns when what was queued before is written and the file is let go of.
    pub(super) async fn end(&self) {
        self.jobs.end().await;
    }
}

/// What the writer thread has on its desk.
struct Desk {
    connection: Connection,
    turn: Turn,
    fence: Arc<Fence>,
}

impl Desk {
    fn work(mut self, mut queue: mpsc::Receiver<Job<Write>>) {
        let mut next = queue.blocking_recv();
        while let Some(job) = next.take() {
            match job {
                Job::Append(first) => {
                    let (batch, other) = jobs::Batch::gather(first, &mut queue);
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
    fn commit(&mut self, batch: jobs::Batch) {
        let drafts = &batch.drafts;
        let outcomes = match self.store(drafts) {
            Ok(outcomes) => outcomes,
            Err(error) if drafts.len() == 1 => vec![Err(error)],
            Err(error) => {
                tracing::warn!(%error, entries = drafts.len(), "a batch failed, storing one by one");
                let alone = |draft| self.store(std::slice::from_ref(draft)).and_then(only);
                drafts.iter().map(alone).collect()
            }
        };
        batch.answer(outcomes);
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
