//! The newest entries of a held room, so that those who come back at once do not all ask the log.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use protocol::{Entry, limits};

use crate::frame::{Act, Frame};

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
    /// Takes the next entry. If it takes a message back, nothing is left of that one's words.
    pub(super) fn push(&mut self, frame: Arc<Frame>) {
        if let Some(Act::Deletes(seq)) = frame.act {
            self.blank(seq);
        }
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

    /// The messages from before the run that it answers, and what last gave them another text or none before the run; none if
    /// one is not here, or they are more than these bytes.
    pub(super) fn answered(&self, run: &[Arc<Frame>], bytes_max: usize) -> Option<Vec<Arc<Frame>>> {
        let (first, kept) = (run.first()?.seq, self.frames.front()?.seq);
        let mut answered = BTreeMap::new();
        for frame in run {
            if let Some(Act::Answers(seq)) = frame.act
                && seq < first
            {
                let at = usize::try_from(seq.checked_sub(kept)?).ok()?;
                answered.insert(seq, self.frames.get(at)?.clone());
            }
        }
        let mut texts = BTreeMap::new();
        for frame in self.frames.iter().take_while(|frame| frame.seq < first) {
            if let Some(Act::Edits(seq) | Act::Deletes(seq)) = frame.act
                && answered.contains_key(&seq)
            {
                texts.insert(seq, frame.clone());
            }
        }
        let both = answered.into_values().chain(texts.into_values());
        let mut aside: Vec<Arc<Frame>> = both.collect();
        aside.sort_by_key(|frame| frame.seq);
        let bytes: usize = aside.iter().map(|frame| frame.text.len()).sum();
        (bytes <= bytes_max).then_some(aside)
    }

    /// Takes what comes after it.
    pub(super) fn go_on(&mut self, since: Self) {
        let last = self.frames.back().map_or(0, |last| last.seq);
        let new = since.frames.into_iter().filter(|frame| frame.seq > last);
        new.for_each(|frame| self.push(frame));
    }

    /// Takes the body from a message and from what changed its text, as the log does.
    fn blank(&mut self, seq: u64) {
        for frame in &mut self.frames {
            let is_edit = frame.act == Some(Act::Edits(seq));
            if frame.seq != seq && !is_edit {
                continue;
            }
            if let Some(entry) = frame.read_entry() {
                let (body, enclosed) = (String::new(), None);
                let blank = Entry {
                    body,
                    enclosed,
                    ..entry
                };
                let blank = Arc::new(Frame::entry(blank));
                self.bytes = self.bytes + bytes(&blank) - bytes(frame);
                *frame = blank;
            }
        }
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
    use protocol::{Kind, RoomId};

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

    fn entry(seq: u64, kind: Kind, target: Option<u64>, body: &str) -> Arc<Frame> {
        let entry = crate::frame::tests::entry(seq, kind, target, body);
        Arc::new(Frame::entry(entry))
    }

    #[test]
    fn a_message_taken_back_is_kept_without_its_words() {
        let mut recent = Recent::default();
        recent.push(entry(1, Kind::Posted, None, "a secret"));
        recent.push(entry(2, Kind::Edited, Some(1), "another secret"));
        recent.push(entry(3, Kind::Posted, Some(1), "an answer"));
        // Whether it is taken back later, or was while the others were read.
        let since = Recent::from_iter([entry(4, Kind::Deleted, Some(1), "")]);
        recent.go_on(since);
        let kept = recent.after(0, 9_999).expect("it is kept");
        let bodies = kept.iter().filter_map(|frame| frame.read_entry());
        let bodies: Vec<String> = bodies.map(|entry| entry.body).collect();
        assert_eq!(bodies, ["", "", "an answer", ""]);
        let counted: usize = recent.frames.iter().map(|frame| bytes(frame)).sum();
        assert_eq!(recent.bytes, counted);
    }

    #[test]
    fn what_is_answered_comes_with_the_answers_or_not_at_all() {
        let mut recent = Recent::default();
        (5..=6).for_each(|seq| recent.push(entry(seq, Kind::Posted, None, "hi")));
        recent.push(entry(7, Kind::Posted, Some(5), "an answer"));
        recent.push(entry(8, Kind::Posted, Some(7), "another"));
        let answered = |recent: &Recent, after| {
            let run = recent.after(after, 9_999).expect("it is kept");
            seqs(recent.answered(&run, 9_999))
        };
        assert_eq!(answered(&recent, 6), Some(vec![5]));
        assert_eq!(answered(&recent, 4), Some(vec![]), "it is in the run");
        recent.push(entry(9, Kind::Posted, Some(2), "to what is not kept"));
        assert_eq!(answered(&recent, 6), None);
        let run = recent.after(7, 9_999).expect("it is kept");
        assert_eq!(recent.answered(&run, 1), None, "too long");
    }

    #[test]
    fn what_is_answered_comes_with_the_text_it_has_now() {
        let mut recent = Recent::default();
        (1..=2).for_each(|seq| recent.push(entry(seq, Kind::Posted, None, "hi")));
        for (seq, kind, about) in [
            (3, Kind::Edited, 1),
            (4, Kind::Edited, 1),
            (5, Kind::Edited, 2),
            (6, Kind::Deleted, 2),
            (7, Kind::Posted, 1),
            (8, Kind::Posted, 2),
            (9, Kind::Edited, 1),
        ] {
            recent.push(entry(seq, kind, Some(about), "another"));
        }
        let answered = |after, bytes_max| {
            let run = recent.after(after, 9_999).expect("it is kept");
            seqs(recent.answered(&run, bytes_max))
        };
        assert_eq!(answered(6, 9_999), Some(vec![1, 2, 4, 6]));
        assert_eq!(answered(7, 9_999), Some(vec![2, 6]));
        assert_eq!(answered(3, 9_999), Some(vec![1, 2, 3]), "the rest follows");
        let message = recent.frames[1].text.len();
        assert_eq!(answered(7, message), None, "the changes count, too");
    }

    #[test]
    fn what_was_kept_meanwhile_goes_on_after_what_was_read() {
        let mut read: Recent = [1, 2, 3].map(|seq| frame(seq, 10)).into_iter().collect();
        let since = [3, 4, 5].map(|seq| frame(seq, 10)).into_iter().collect();
        read.go_on(since);
        assert_eq!(seqs(read.after(0, 9_999)), Some(vec![1, 2, 3, 4, 5]));
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
