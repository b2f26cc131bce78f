//! The answers of several servers to one question.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, timeout, timeout_at};

use super::ANSWER_MAX;
use super::unfit::Error;

/// How long the first good answer waits for the others: one of them may be frozen.
const OTHERS_MAX: Duration = Duration::from_millis(300);

/// At least one good answer; without any, why.
pub(super) async fn gather<T>(
    asked: impl Iterator<Item = impl Future<Output = Result<T, Error>>>,
) -> Result<Vec<T>, Error> {
    let mut asked: FuturesUnordered<_> = asked.map(|ask| timeout(ANSWER_MAX, ask)).collect();
    let mut until = Instant::now() + ANSWER_MAX;
    let mut answers = Vec::new();
    let mut failed = Error::Slow(ANSWER_MAX.as_millis());
    while let Ok(Some(answer)) = timeout_at(until, asked.next()).await {
        match answer {
            Ok(Ok(answer)) => {
                answers.push(answer);
                until = until.min(Instant::now() + OTHERS_MAX);
            }
            // What is wrong with the address is worth more than that somebody is away.
            Ok(Err(error)) if !matches!(failed, Error::Unfit(_)) => failed = error,
            _ => {}
        }
    }
    if answers.is_empty() {
        Err(failed)
    } else {
        Ok(answers)
    }
}
