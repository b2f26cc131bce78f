//! What waits for a store's one writer, and what of it shares a commit.

use tokio::sync::{mpsc, oneshot};

use super::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, Draft, Error, QUEUE_MAX, Stored};

pub(super) type Answer<T> = oneshot::Sender<Result<T, Error>>;

pub(super) enum Job<C> {
    Append(Draft, Answer<Stored>),
    /// Anything else, in a transaction of its own.
    Other(C),
    End(oneshot::Sender<()>),
}

/// Takes jobs in order. Appends that queued while the last commit ran share the next one: no timer, no delay when idle.
pub(super) struct Jobs<C> {
    queue: mpsc::Sender<Job<C>>,
}

impl<C: Send> Jobs<C> {
    /// With what the writer takes them from.
    pub(super) fn new() -> (Self, mpsc::Receiver<Job<C>>) {
        let (queue, taken) = mpsc::channel(QUEUE_MAX);
        (Self { queue }, taken)
    }

    pub(super) async fn append(&self, draft: Draft) -> Result<Stored, Error> {
        self.ask(|answer| Job::Append(draft, answer)).await
    }

    /// Has something else written, by what is made of where its answer goes.
    pub(super) async fn change<T>(&self, change: impl FnOnce(Answer<T>) -> C) -> Result<T, Error> {
        self.ask(|answer| Job::Other(change(answer))).await
    }

    /// Returns when what was queued before is written and the store is let go of.
    pub(super) async fn end(&self) {
        let (told, ended) = oneshot::channel();
        if self.queue.send(Job::End(told)).await.is_ok() {
            let _ = ended.await; // gone is ended, too
        }
    }

    async fn ask<T>(&self, job: impl FnOnce(Answer<T>) -> Job<C>) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        let queued = self.queue.try_send(job(answer));
        queued.map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => Error::Busy,
            mpsc::error::TrySendError::Closed(_) => gone(),
        })?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}

pub(super) fn gone() -> Error {
    Error::Unavailable("the writer has stopped".to_owned())
}

pub(super) type Appends = Vec<(Draft, Answer<Stored>)>;

/// What queued behind the first append and fits into the same commit, and the job that ended the run, if one did.
pub(super) fn gather<C>(
    first: (Draft, Answer<Stored>),
    queue: &mut mpsc::Receiver<Job<C>>,
) -> (Appends, Option<Job<C>>) {
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

/// Tells each who appended what became of it.
pub(super) fn answer(
    answers: Vec<Answer<Stored>>,
    outcomes: impl IntoIterator<Item = Result<Stored, Error>>,
) {
    for (answer, outcome) in answers.into_iter().zip(outcomes) {
        // Nobody waits any more: the entry is stored all the same, and its resend gets this answer.
        let _ = answer.send(outcome);
    }
}
