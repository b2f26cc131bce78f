//! What is too long for one frame, in as many as it needs.

use axum::extract::ws::Utf8Bytes;
use protocol::{Entry, Event, Gap, Page, RoomId, RoomState, limits};

use crate::frame::encode;

/// Bytes of entries in one frame: well below the limit, whatever JSON adds.
const ENTRIES_BYTES_MAX: usize = limits::FRAME_BYTES_MAX / 3;

/// Bytes of an entry besides its body and what is enclosed, at most.
const ENTRY_BYTES: usize = 512;

/// Bytes of the list of rooms in one frame.
const ROOMS_BYTES_MAX: usize = limits::FRAME_BYTES_MAX / 2;

#[derive(Default)]
struct Piece {
    entries: Vec<Entry>,
    aside: Vec<Entry>,
    bytes: usize,
}

/// The frames of a page. Each is made when the one before it is written. A closed gap goes with the entry after it, what stands
/// aside with the entry it belongs to or right after it, in a frame that may have no entries.
pub(super) fn entries(
    room: &RoomId,
    fresh: bool,
    page: Page,
) -> impl Iterator<Item = Utf8Bytes> + use<'_> {
    let closed = page.closed;
    let pieces = cut(page.entries, page.aside);
    let frame = move |(nth, piece): (usize, Piece)| {
        let is_before = |gap: &&Gap| piece.entries.iter().any(|entry| entry.seq == gap.1 + 1);
        encode(&Event::Entries {
            room: room.clone(),
            fresh: fresh && nth == 0,
            closed: closed.iter().filter(is_before).copied().collect(),
            entries: piece.entries,
            aside: piece.aside,
        })
    };
    pieces.into_iter().enumerate().map(frame)
}

fn cut(entries: Vec<Entry>, mut aside: Vec<Entry>) -> Vec<Piece> {
    let mut pieces = vec![Piece::default()];
    for entry in entries {
        let theirs: Vec<Entry> = aside
            .extract_if(.., |other| belongs_to(other, &entry))
            .collect();
        place_for(&entry, &mut pieces).entries.push(entry);
        for other in theirs {
            place_for(&other, &mut pieces).aside.push(other);
        }
    }
    pieces
}

/// Whether it changes the entry, or is what the entry answers.
fn belongs_to(aside: &Entry, entry: &Entry) -> bool {
    let target = |entry: &Entry| entry.target.as_ref().and_then(protocol::Target::seq);
    if aside.kind.is_change() {
        target(aside) == Some(entry.seq)
    } else {
        target(entry) == Some(aside.seq)
    }
}

fn place_for<'a>(entry: &Entry, pieces: &'a mut Vec<Piece>) -> &'a mut Piece {
    let enclosed = entry.enclosed.as_ref().map(serde_json::to_string);
    let enclosed = enclosed.map_or(0, |json| json.map_or(0, |json| json.len()));
    let bytes = entry.body.len() + enclosed + ENTRY_BYTES;
    let is_full = |piece: &Piece| piece.bytes > 0 && piece.bytes + bytes > ENTRIES_BYTES_MAX;
    if pieces.last().is_none_or(is_full) {
        pieces.push(Piece::default());
    }
    let last = pieces.last_mut().expect("there is one");
    last.bytes += bytes;
    last
}

/// The list of rooms, cut so that each part fits into a frame; one part at least.
pub(super) fn rooms(rooms: Vec<RoomState>) -> Vec<Vec<RoomState>> {
    let mut parts = vec![Vec::new()];
    let mut bytes = 0;
    for room in rooms {
        let size = serde_json::to_string(&room).map_or(0, |json| json.len());
        if bytes > 0 && bytes + size > ROOMS_BYTES_MAX {
            parts.push(Vec::new());
            bytes = 0;
        }
        bytes += size;
        parts.last_mut().expect("there is one").push(room);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Kind;

    fn entry(seq: u64, kind: Kind, target: Option<u64>, bytes: usize) -> Entry {
        crate::frame::tests::entry(seq, kind, target, &"x".repeat(bytes))
    }

    /// Whether a frame is fresh, the seqs of its entries, its gaps, and the seqs of what stands aside.
    type Told = (bool, Vec<u64>, Vec<Gap>, Vec<u64>);

    fn told(page: Page) -> Vec<Told> {
        let lobby = RoomId::lobby();
        let seqs = |entries: &[Entry]| entries.iter().map(|entry| entry.seq).collect();
        let frames = entries(&lobby, true, page).map(|text| {
            assert!(text.len() <= limits::FRAME_BYTES_MAX, "{}", text.len());
            match serde_json::from_str(&text) {
                Ok(Event::Entries {
                    fresh,
                    entries,
                    closed,
                    aside,
                    ..
                }) => (fresh, seqs(&entries), closed, seqs(&aside)),
                other => panic!("no entries but {other:?}"),
            }
        });
        frames.collect()
    }

    fn page(entries: Vec<Entry>, closed: Vec<Gap>, aside: Vec<Entry>) -> Page {
        Page {
            epoch: "e1".parse().expect("an id"),
            top: 99,
            entries,
            closed,
            aside,
            ended: false,
        }
    }

    #[test]
    fn a_long_page_comes_in_frames_with_what_belongs_to_each() {
        let long = limits::BODY_BYTES_MAX;
        let run = vec![
            entry(10, Kind::Posted, None, long),
            entry(11, Kind::Posted, Some(2), 10),
            entry(20, Kind::Posted, None, long),
        ];
        let aside = vec![
            entry(2, Kind::Posted, None, 10),
            entry(30, Kind::Edited, Some(10), 10),
            entry(31, Kind::Reacted, Some(20), 10),
        ];
        let told = told(page(run, vec![(1, 9), (12, 19)], aside));
        assert_eq!(
            told,
            [
                (true, vec![10, 11], vec![(1, 9)], vec![30, 2]),
                (false, vec![20], vec![(12, 19)], vec![31]),
            ]
        );
    }

    #[test]
    fn a_message_with_very_many_reactions_needs_frames_of_its_own() {
        let run = vec![entry(1, Kind::Posted, None, 10)];
        let aside = (2..=500).map(|seq| entry(seq, Kind::Reacted, Some(1), 4));
        let told = told(page(run, vec![], aside.collect()));
        assert!(told.len() > 2);
        assert!(
            told[1..]
                .iter()
                .all(|(fresh, run, ..)| !fresh && run.is_empty())
        );
        let aside: usize = told.iter().map(|(.., aside)| aside.len()).sum();
        assert_eq!(aside, 499);
    }

    #[test]
    fn an_empty_page_is_one_frame() {
        assert_eq!(
            told(page(vec![], vec![], vec![])),
            [(true, vec![], vec![], vec![])]
        );
    }

    #[test]
    fn a_long_list_of_rooms_comes_in_parts() {
        let room = |nth: usize| RoomState {
            id: format!("room{nth}").parse().expect("an id"),
            topic: "x".repeat(200),
            ..RoomState::default()
        };
        let parts = rooms((0..500).map(room).collect());
        assert!(parts.len() > 1);
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 500);
        for part in parts {
            let json = serde_json::to_string(&part).expect("it is JSON");
            assert!(json.len() <= limits::FRAME_BYTES_MAX);
        }
        assert_eq!(rooms(vec![]), [vec![]]);
    }
}
