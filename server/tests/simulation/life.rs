//! The life of one node's process: it runs, is frozen, or ends at whatever await point it has come to.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use tokio::task::AbortHandle;

#[derive(Default)]
pub struct Life {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    is_frozen: bool,
    has_ended: bool,
    /// Those who would have been polled while frozen.
    waiting: Vec<Waker>,
    tasks: Vec<AbortHandle>,
}

impl Life {
    /// Runs a task as long as the process lives, and not while it is frozen.
    pub fn spawn(self: &Arc<Self>, task: impl Future<Output = ()> + Send + 'static) {
        let living = Living {
            life: self.clone(),
            task: Box::pin(task),
        };
        let mut state = self.state();
        if !state.has_ended {
            state.tasks.retain(|task| !task.is_finished());
            state.tasks.push(tokio::spawn(living).abort_handle());
        }
    }

    /// Every task ends where it stands: nothing more of it runs but destructors.
    pub fn end(&self) {
        let tasks = {
            let mut state = self.state();
            state.has_ended = true;
            std::mem::take(&mut state.tasks)
        };
        tasks.iter().for_each(AbortHandle::abort);
    }

    pub fn freeze(&self) {
        self.state().is_frozen = true;
    }

    pub fn thaw(&self) {
        let waiting = {
            let mut state = self.state();
            state.is_frozen = false;
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    pub fn is_frozen(&self) -> bool {
        self.state().is_frozen
    }

    pub fn has_ended(&self) -> bool {
        self.state().has_ended
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the lock panics")
    }
}

struct Living {
    life: Arc<Life>,
    task: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Future for Living {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        {
            let mut state = self.life.state();
            if state.has_ended {
                return Poll::Ready(());
            }
            if state.is_frozen {
                state.waiting.push(cx.waker().clone());
                return Poll::Pending;
            }
        }
        self.task.as_mut().poll(cx)
    }
}
