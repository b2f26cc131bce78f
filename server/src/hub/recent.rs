//! The newest entries of a held room, so that those who come back at once do not all ask the log.

use std::collections::VecDeque;
use std::sync::Arc;

use protocol::limits;

use crate::frame::Frame;

/// Entries kept: what a resume may bring, and what comes while many resume.
pub const RECENT_ENTRIES_MAX: usize = limits::RESUME_ENTRIES_MAX + 100;

/// Bytes of them: a thousand bytes each, so that many rooms may be held.
const RECENT_BYTES_MAX: usize = 600 * 1024;

/// What a frame takes besides its text.
const FRAME_BYTES: usize = 128;

/// A run without holes that ends at the hub's cursor.
#[derive(Default)]
pub(super) struct Recent {
    frames: VecDeque<Arc<Frame>>,
    bytes: usize,
}

impl Recent {
    /// Takes the next entry.
    pub(super) fn push(&mut self, frame: Arc<Frame>) {
        let is_next = self
            .frames
            .back()
            .is_none_or(|last| last.seq + 1 == frame.seq);
        if !is_next || frame.entry_json().is_none() {
            *self = Self::default();
        }
        if frame.entry_json().is_some() {
            self.bytes += bytes(&frame);
            self.frames.push_back(frame);
        }
        while self.is_full() {
            let first = self.frames.pop_front().expect("what is full has one");
            self.bytes -= bytes(&first);
        }
    }

    /// What comes right after a place, as much as the bytes allow but one at least; none if that is not here.
    pub(super) fn after(&self, seq: u64, bytes_max: usize) -> Option<Vec<Arc<Frame>>> {
        let first = self.frames.front()?.seq;
        let at = usize::try_from((seq + 1).checked_sub(first)?).ok()?;
        let mut bytes = 0;
        let fits = |frame: &&Arc<Frame>| {
            let is_first = bytes == 0;
            bytes += frame.text.len();
            is_first || bytes <= bytes_max
        };
        let after = self.frames.range(at.min(self.frames.len())..);
        let run: Vec<_> = after.take_while(fits).cloned().collect();
        (!run.is_empty()).then_some(run)
    }

    fn is_full(&self) -> bool {
        self.frames.len() > RECENT_ENTRIES_MAX || self.bytes > RECENT_BYTES_MAX
    }
}

impl FromIterator<Arc<Frame>> for Recent {
    fn from_iter<T: IntoIterator<Item = Arc<Frame>>>(frames: T) -> Self {
        let mut recent = Self::default();
        frames.into_iter().for_each(|frame| recent.push(frame));
        recent
    }
}

fn bytes(frame: &Frame) -> usize {
    frame.text.len() + FRAME_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Topic;
    use protocol::RoomId;

    fn frame(seq: u64, bytes: usize) -> Arc<Frame> {
        Arc::new(Frame {
            topic: Topic::Room(RoomId::lobby()),
            seq,
            text: format!("{{\"type\":\"entry\",{}", "x".repeat(bytes)).into(),
            act: None,
        })
    }

    fn seqs(frames: Option<Vec<Arc<Frame>>>) -> Option<Vec<u64>> {
        frames.map(|frames| frames.iter().map(|frame| frame.seq).collect())
    }

    #[test]
    fn what_comes_after_a_place_is_there_from_the_first_kept_on() {
        let mut recent = Recent::default();
        assert_eq!(recent.after(0, 9_999), None);
        (5..=8).for_each(|seq| recent.push(frame(seq, 10)));
        assert_eq!(recent.after(3, 9_999), None, "4 is not there");
        assert_eq!(seqs(recent.after(4, 9_999)), Some(vec![5, 6, 7, 8]));
        assert_eq!(seqs(recent.after(7, 9_999)), Some(vec![8]));
        for beyond in [8, 9, u64::MAX - 1] {
            assert_eq!(recent.after(beyond, 9_999), None);
        }
        assert_eq!(seqs(recent.after(4, 60)), Some(vec![5, 6]));
        assert_eq!(seqs(recent.after(4, 1)), Some(vec![5]), "one at least");
    }

    #[test]
    fn it_is_bounded_by_count_and_by_bytes() {
        let mut recent = Recent::default();
        (1..=1_000).for_each(|seq| recent.push(frame(seq, 10)));
        assert_eq!(recent.frames.len(), RECENT_ENTRIES_MAX);
        (1_001..=1_100).for_each(|seq| recent.push(frame(seq, 16 * 1024)));
        assert_eq!(recent.frames.len(), 37);
        assert!(recent.bytes <= RECENT_BYTES_MAX);
        let counted: usize = recent.frames.iter().map(|frame| bytes(frame)).sum();
        assert_eq!(recent.bytes, counted);
    }

    #[test]
    fn it_never_has_a_hole() {
        let mut recent = Recent::default();
        [1, 2, 5]
            .into_iter()
            .for_each(|seq| recent.push(frame(seq, 10)));
        assert_eq!(recent.after(0, 9_999), None);
        assert_eq!(seqs(recent.after(4, 9_999)), Some(vec![5]));
        let other = Frame {
            text: "{\"seq\":6}".into(),
            ..Frame::clone(&frame(6, 0))
        };
        recent.push(Arc::new(other));
        assert_eq!(
            recent.after(4, 9_999),
            None,
            "it is not as this build writes it"
        );
    }
}
