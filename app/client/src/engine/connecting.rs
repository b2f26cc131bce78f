//! Coming and staying in touch with a node.

use std::collections::BTreeMap;

use protocol::{Close, Command, Next, VERSION};

use super::Engine;
use crate::catch_up::Ask;
use crate::connection::State;
use crate::pulse::Verdict;
use crate::{Action, Millis};

/// What a browser tells of a connection that ended without a word.
const BROKEN: u16 = 1006;

impl Engine {
    /// Connects; once at the start, and when the user wishes so after [`Link::Stopped`].
    ///
    /// [`Link::Stopped`]: crate::Link::Stopped
    pub fn connect(&mut self, now: Millis) {
        if matches!(self.connection.state, State::Idle | State::Stopped(_)) {
            self.dial(now);
        }
    }

    /// Whoever does what the engine asks for can open streams: they are asked for where sockets are refused.
    pub fn know_streams(&mut self) {
        self.connection.way.know_streams();
    }

    /// Sockets were refused when the page was here a moment ago; to be told before [`connect`](Self::connect).
    pub fn refuse_sockets(&mut self, now: Millis) {
        self.connection.way.refuse_sockets(now);
    }

    /// The socket is open.
    pub fn opened(&mut self, now: Millis) {
        if !matches!(self.connection.state, State::Connecting { .. }) {
            return;
        }
        self.connection.greet(now);
        let cursor = if self.asks_afresh {
            None
        } else {
            self.rooms.here().timeline.cursor(&self.epoch)
        };
        self.asks_afresh = cursor.is_none();
        self.greeted = self.room().clone();
        let mut cursors = BTreeMap::new();
        if let Some(cursor) = cursor {
            cursors.insert(self.greeted.clone(), cursor);
        }
        self.act(Action::Transmit(Command::Hello {
            version: VERSION,
            token: self.token.clone(),
            open: self.greeted.clone(),
            cursors,
        }));
    }

    /// The socket has closed, or could not be opened (1006).
    pub fn closed(&mut self, now: Millis, code: u16) {
        if !self.connection.has_socket() {
            return;
        }
        if code != BROKEN {
            self.connection.way.told_why();
        }
        match Close::next(code) {
            Next::Reconnect => self.lost(now),
            Next::Stop => self.stopped(now, code),
            // To load the page again would end the newer one in its turn, and so on.
            Next::Reload if self.connection.is_elsewhere() => self.stopped(now, code),
            Next::Reload => {
                self.stopped(now, code);
                self.act(Action::Reload);
            }
        }
    }

    /// Time has passed; called about each 250 ms. In a background tab it may be called much more
    /// rarely.
    pub fn tick(&mut self, now: Millis) {
        if self.typists.expire(now) {
            self.changed();
        }
        match &mut self.connection.state {
            State::Waiting { until } if now >= *until => self.dial(now),
            State::Connecting { until } | State::Greeting { until } if now >= *until => {
                self.leave(now, Close::Normal);
            }
            State::Live { pulse, .. } => {
                let verdict = pulse.tick(now);
                self.judge(now, verdict);
            }
            _ => {}
        }
        self.flush(now);
        self.tell_read(now);
        self.ask_for_people(now);
        self.load_older(now);
    }

    /// The network is back, the page is visible again, or the user says "try now": tries at once,
    /// or makes sure that the connection lives.
    pub fn wake(&mut self, now: Millis) {
        match &mut self.connection.state {
            State::Waiting { .. } => self.dial(now),
            State::Connecting { until } | State::Greeting { until } if now >= *until => {
                self.leave(now, Close::Normal);
                self.dial(now);
            }
            State::Live { pulse, .. } => match pulse.wake(now) {
                Verdict::Dead => {
                    self.leave(now, Close::Heartbeat);
                    self.dial(now);
                }
                verdict => self.judge(now, verdict),
            },
            _ => {}
        }
    }

    /// What the log has and this client lacks: a known gap is never closed by showing less. The
    /// log can only be asked in a hello, so the socket is opened again, at the same node if that
    /// was a good connection.
    pub(super) fn ask_again(&mut self, now: Millis, ask: Ask) {
        self.asks_afresh = ask == Ask::Afresh;
        if self.connection.is_healthy(now) {
            self.act(Action::Disconnect {
                code: Close::Normal.code(),
            });
            self.outbox.lost();
            self.dial(now);
        } else {
            self.leave(now, Close::Normal);
        }
    }

    pub(super) fn stopped(&mut self, now: Millis, code: u16) {
        self.connection.stop(now, code);
        self.hushed();
    }

    fn judge(&mut self, now: Millis, verdict: Verdict) {
        match verdict {
            Verdict::Dead => return self.leave(now, Close::Heartbeat),
            Verdict::Beat => self.act(Action::Transmit(Command::Heartbeat)),
            Verdict::Fine => {}
        }
        if self.connection.is_to_leave(now) {
            self.act(Action::Disconnect {
                code: Close::Normal.code(),
            });
            self.outbox.lost();
            self.connection.nodes.turn();
            self.dial(now);
        } else if self.catch_up.is_overdue(now) {
            let ask = self.catch_up.ask_again();
            self.ask_again(now, ask);
        } else if self.outbox.is_unanswered(now) {
            self.leave(now, Close::Heartbeat);
        }
    }

    fn dial(&mut self, now: Millis) {
        let room = self.room().clone();
        let url = self.connection.dial(now, &room);
        self.act(Action::Connect { url });
        self.hushed();
    }

    /// Gives up the socket, and tries another node after a while.
    fn leave(&mut self, now: Millis, close: Close) {
        self.act(Action::Disconnect { code: close.code() });
        self.lost(now);
    }

    fn lost(&mut self, now: Millis) {
        self.connection.lost(now, &mut self.rng);
        self.hushed();
    }

    /// Without a connection, answers do not come and typists are not heard.
    fn hushed(&mut self) {
        self.outbox.lost();
        self.typists.clear();
        self.changed();
    }
}
