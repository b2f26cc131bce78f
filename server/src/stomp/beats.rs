//! Signs of life, as agreed on: when one is due, and when the other side has been silent for too long.

use std::time::Duration;

use protocol::limits;
use tokio::time::{Instant, sleep_until};

/// What both sides do as a rule: below every usual proxy time-out.
pub(super) const EVERY: Duration = Duration::from_secs(10);

/// Beats that may fail to come: as many as the brokers allow that existing pages were written for.
const MISSED: u32 = 3;

const PING_EVERY: Duration = Duration::from_secs(limits::HEARTBEAT_SECS);
const SILENCE_MAX: Duration = Duration::from_secs(limits::SILENCE_SECS);

/// The longest a client may promise: an hour of silence is none that anybody waits for.
const PROMISED_MAX: u64 = 3_600_000;

pub(super) struct Beats {
    /// CONNECT is to come before this.
    connect_by: Option<Instant>,
    tell_every: Option<Duration>,
    hear_within: Option<Duration>,
    told: Instant,
    /// When a frame or a beat came.
    heard: Instant,
    /// When anything came, a pong as well.
    alive: Instant,
    ping_at: Instant,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Time to beat.
    Beat,
    /// Time to ask below STOMP.
    Ping,
    /// Nothing was heard for too long.
    Silent,
    /// CONNECT did not come in time.
    NoConnect,
}

/// What a client's `heart-beat` says, in milliseconds: how often it can beat, and how often it wants to hear one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted(u64, u64);

impl Wanted {
    pub(super) fn parse(header: Option<&str>) -> Option<Self> {
        let Some(header) = header else {
            return Some(Self(0, 0));
        };
        let (can, wants) = header.split_once(',')?;
        let number = |text: &str| text.trim().parse::<u64>().ok();
        Some(Self(number(can)?, number(wants)?))
    }
}

impl Beats {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            connect_by: Some(now + Duration::from_secs(limits::HELLO_SECS)),
            tell_every: None,
            hear_within: None,
            told: now,
            heard: now,
            alive: now,
            ping_at: now + PING_EVERY,
        }
    }

    pub(super) fn agree(&mut self, Wanted(can, wants): Wanted) {
        let slower = |theirs: u64| match theirs {
            0 => None,
            theirs => Some(EVERY.max(Duration::from_millis(theirs.min(PROMISED_MAX)))),
        };
        self.connect_by = None;
        self.tell_every = slower(wants);
        self.hear_within = slower(can).map(|every| every * MISSED);
        self.heard = Instant::now();
    }

    /// Something was told, which is as good as a beat.
    pub(super) fn told(&mut self) {
        self.told = Instant::now();
    }

    /// A frame or a beat came.
    pub(super) fn heard(&mut self) {
        self.heard = Instant::now();
        self.alive();
    }

    /// The other side is there, whatever it says.
    pub(super) fn alive(&mut self) {
        self.alive = Instant::now();
    }

    /// Waits until something is to be done. Cancel safe.
    pub(super) async fn due(&mut self) -> Due {
        let silent_at = self.alive + SILENCE_MAX;
        let silent_at = match self.hear_within {
            Some(within) => silent_at.min(self.heard + within),
            None => silent_at,
        };
        let beat_at = self.tell_every.map(|every| self.told + every);
        let ends = [
            Some((silent_at, Due::Silent)),
            self.connect_by.map(|by| (by, Due::NoConnect)),
        ];
        let signs = [
            beat_at.map(|at| (at, Due::Beat)),
            Some((self.ping_at, Due::Ping)),
        ];
        let all = ends.into_iter().chain(signs).flatten();
        let (at, due) = all.min_by_key(|(at, _)| *at).expect("there is a ping");
        sleep_until(at).await;
        match due {
            Due::Ping => self.ping_at = Instant::now() + PING_EVERY,
            Due::Beat => self.told(),
            _ => {}
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beats(header: &str) -> Beats {
        let mut beats = Beats::new();
        beats.agree(Wanted::parse(Some(header)).expect("a header"));
        beats
    }

    /// What is due in this time from a side that answers pings, and when, in seconds.
    async fn due_within(beats: &mut Beats, secs: u64) -> Vec<(u64, Due)> {
        let start = Instant::now();
        let mut all = Vec::new();
        while start.elapsed() < Duration::from_secs(secs) {
            let due = beats.due().await;
            if due == Due::Ping {
                beats.alive();
            } else {
                let is_last = due == Due::Silent;
                all.push((start.elapsed().as_secs(), due));
                if is_last {
                    break;
                }
            }
        }
        all
    }

    #[tokio::test(start_paused = true)]
    async fn beats_are_as_agreed_and_never_more_often_than_each_ten_seconds() {
        for (header, every) in [("0,10000", 10), ("0,1", 10), ("0,30000", 30)] {
            let all = due_within(&mut beats(header), 60).await;
            let times: Vec<u64> = (1..=60 / every).map(|nth| nth * every).collect();
            assert_eq!(
                all,
                times.iter().map(|at| (*at, Due::Beat)).collect::<Vec<_>>(),
                "{header}"
            );
        }
        assert_eq!(due_within(&mut beats("0,0"), 60).await, []);
    }

    #[tokio::test(start_paused = true)]
    async fn who_promised_beats_and_sends_none_is_taken_for_dead_after_three() {
        for (header, dead) in [("10000,0", 30), ("1,0", 30), ("20000,0", 60)] {
            let all = due_within(&mut beats(header), 600).await;
            assert_eq!(all, [(dead, Due::Silent)], "{header}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_promised_none_has_to_answer_pings() {
        let mut beats = beats("0,0");
        let start = Instant::now();
        assert_eq!(beats.due().await, Due::Ping);
        assert_eq!(beats.due().await, Due::Silent);
        assert_eq!(start.elapsed(), SILENCE_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn connect_has_to_come_in_time() {
        let mut beats = Beats::new();
        beats.heard();
        assert_eq!(beats.due().await, Due::NoConnect);
    }

    #[test]
    fn a_heart_beat_is_two_numbers() {
        assert_eq!(Wanted::parse(None), Some(Wanted(0, 0)));
        assert_eq!(Wanted::parse(Some("5, 6")), Some(Wanted(5, 6)));
        for bad in ["", "1", "a,b", "-1,1", "1,2,3", "1.5,2"] {
            assert_eq!(Wanted::parse(Some(bad)), None, "{bad}");
        }
    }
}
