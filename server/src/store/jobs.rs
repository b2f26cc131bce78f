//! What waits for a store's one writer, and what of it shares a commit.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, Draft, Error, QUEUE_MAX, Stored};

pub(super) type Answer<T> = oneshot::Sender<Result<T, Error>>;

pub(super) enum Job<C> {
    Append(Append),
    /// Anything else, in a transaction of its own.
    Other(C),
    End(oneshot::Sender<()>),
}

/// Drafts that came together, and where their outcomes go.
pub(super) struct Append {
    drafts: Vec<Draft>,
    outcomes: oneshot::Sender<Vec<Outcome>>,
    _place: OwnedSemaphorePermit,
}

type Outcome = Result<Stored, Error>;

/// Takes jobs in order. Appends that queued while the last commit ran share the next one: no timer, no delay when idle.
pub(super) struct Jobs<C> {
    queue: mpsc::Sender<Job<C>>,
    /// Drafts that still have room in the queue.
    places: Arc<Semaphore>,
}

impl<C: Send> Jobs<C> {
    /// With what the writer takes them from.
    pub(super) fn new() -> (Self, mpsc::Receiver<Job<C>>) {
        let (queue, taken) = mpsc::channel(QUEUE_MAX);
        let places = Arc::new(Semaphore::new(QUEUE_MAX));
        (Self { queue, places }, taken)
    }

    pub(super) async fn append(&self, draft: Draft) -> Outcome {
        let mut outcomes = self.append_some(vec![draft]).await?;
        outcomes.pop().expect("one draft has one outcome")
    }

    /// The outcome of each, in their order.
    pub(super) async fn append_all(&self, drafts: Vec<Draft>) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(drafts.len());
        let mut drafts = drafts.into_iter().peekable();
        while drafts.peek().is_some() {
            let some: Vec<_> = drafts.by_ref().take(BATCH_ENTRIES_MAX).collect();
            let count = some.len();
            match self.append_some(some).await {
                Ok(these) => outcomes.extend(these),
                Err(error) => outcomes.extend((0..count).map(|_| Err(error.clone()))),
            }
        }
        outcomes
    }

    async fn append_some(&self, drafts: Vec<Draft>) -> Result<Vec<Outcome>, Error> {
        let count = u32::try_from(drafts.len()).expect("no more than a batch");
        let place = self.places.clone().try_acquire_many_owned(count);
        let _place = place.map_err(|_| Error::Busy)?;
        let (outcomes, told) = oneshot::channel();
        self.queue(Job::Append(Append {
            drafts,
            outcomes,
            _place,
        }))?;
        told.await.map_err(|_| gone())
    }

    /// Has something else written, by what is made of where its answer goes.
    pub(super) async fn change<T>(&self, change: impl FnOnce(Answer<T>) -> C) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        self.queue(Job::Other(change(answer)))?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Returns when what was queued before is written and the store is let go of.
    pub(super) async fn end(&self) {
        let (told, ended) = oneshot::channel();
        if self.queue.send(Job::End(told)).await.is_ok() {
            let _ = ended.await; // gone is ended, too
        }
    }

    fn queue(&self, job: Job<C>) -> Result<(), Error> {
        self.queue.try_send(job).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => Error::Busy,
            mpsc::error::TrySendError::Closed(_) => gone(),
        })
    }
}

pub(super) fn gone() -> Error {
    Error::Unavailable("the writer has stopped".to_owned())
}

/// What one commit takes of the queue.
pub(super) struct Batch {
    pub(super) drafts: Vec<Draft>,
    /// How many of the drafts each waits for.
    waiting: Vec<(usize, oneshot::Sender<Vec<Outcome>>)>,
    bytes: usize,
}

impl Batch {
    /// What queued behind the first append and fits into the same commit, and the job that ended the run, if one did.
    pub(super) fn gather<C>(
        first: Append,
        queue: &mut mpsc::Receiver<Job<C>>,
    ) -> (Self, Option<Job<C>>) {
        let mut batch = Self {
            drafts: Vec::new(),
            waiting: Vec::new(),
            bytes: 0,
        };
        batch.take(first);
        while batch.drafts.len() < BATCH_ENTRIES_MAX && batch.bytes < BATCH_BYTES_MAX {
            match queue.try_recv() {
                Ok(Job::Append(append)) if batch.has_room(&append) => batch.take(append),
                Ok(other) => return (batch, Some(other)),
                Err(_) => break,
            }
        }
        (batch, None)
    }

    fn has_room(&self, append: &Append) -> bool {
        self.drafts.len() + append.drafts.len() <= BATCH_ENTRIES_MAX
    }

    fn take(&mut self, append: Append) {
        let bodies = append.drafts.iter().map(|draft| draft.body.len());
        self.bytes += bodies.sum::<usize>();
        self.waiting.push((append.drafts.len(), append.outcomes));
        self.drafts.extend(append.drafts);
    }

    /// Tells each who appended what became of it.
    pub(super) fn answer(self, outcomes: Vec<Outcome>) {
        let mut outcomes = outcomes.into_iter();
        for (count, waiting) in self.waiting {
            // Nobody waits any more: the entries are stored all the same, and a resend gets this answer.
            let _ = waiting.send(outcomes.by_ref().take(count).collect());
        }
    }
}
