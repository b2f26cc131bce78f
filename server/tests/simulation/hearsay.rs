//! What the story of a run says of an event.

use protocol::Event;

/// What is noted of an event: nothing that differs between two runs of a seed.
pub fn hearsay(event: &Event) -> Option<String> {
    match event {
        Event::Entry(entry) => Some(format!("{} of {}: {:?}", entry.seq, entry.room, entry.kind)),
        Event::Entries {
            room,
            fresh,
            entries,
            closed,
            ..
        } => {
            let (count, first) = (entries.len(), entries.first().map(|entry| entry.seq));
            Some(format!(
                "{count} of {room} from {first:?}, fresh: {fresh}, closed: {closed:?}"
            ))
        }
        Event::Rooms { rooms, more } => {
            let rooms = rooms.iter();
            let tops: Vec<_> = rooms.map(|room| (room.id.as_str(), room.top)).collect();
            Some(format!("of {tops:?}, more: {more}"))
        }
        Event::RoomGone { room, .. } => Some(format!("that {room} is gone")),
        Event::Read { room, seq } => Some(format!("that {room} is read to {seq}")),
        Event::Accepted { cid, seq, .. } => Some(format!("of {cid} at {seq}")),
        Event::Rejected { cid, reason, .. } => Some(format!("of {cid}: {reason:?}")),
        Event::Online {
            version, people, ..
        } => Some(format!("of {} online, {version}", people.len())),
        Event::OnlineChanged {
            version,
            joined,
            left,
            ..
        } => Some(format!("+{} -{}, {version}", joined.len(), left.len())),
        _ => None,
    }
}
