//! What a node counts, and how operators read it (Prometheus' text format).

use std::sync::OnceLock;

use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::backplane::Dropped;
use crate::chat::Chat;

pub(crate) const STORED: &str = "confab_messages_stored_total";
pub(crate) const HOLES_HEALED: &str = "confab_holes_healed_total";
pub(crate) const HOLES_READ: &str = "confab_holes_read_total";
pub(crate) const TAIL_FOUND: &str = "confab_tail_found_total";
pub(crate) const BEHIND: &str = "confab_sessions_behind_total";
pub(crate) const CLOSED: &str = "confab_sockets_closed_total";
const PUBLISHED: &str = "confab_frames_published_total";
const HEARD: &str = "confab_frames_heard_total";
const DROPPED: &str = "confab_frames_dropped_total";
const RECONNECTS: &str = "confab_backplane_reconnects_total";
const SESSIONS: &str = "confab_sessions";
const ROOMS: &str = "confab_rooms_held";
const ONLINE: &str = "confab_people_online";

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins to count for this process; before it, counting goes nowhere.
pub fn begin() {
    RECORDER.get_or_init(|| {
        let recorder = PrometheusBuilder::new().install_recorder();
        describe_counter!(STORED, "messages stored by this node");
        describe_counter!(
            HOLES_HEALED,
            "holes in a room's frames that the missing frame closed"
        );
        describe_counter!(HOLES_READ, "holes in a room's frames that the log closed");
        describe_counter!(
            TAIL_FOUND,
            "rooms with entries that the log's tail told, not a frame"
        );
        describe_counter!(BEHIND, "times a slow session was served from the log again");
        describe_counter!(CLOSED, "sockets closed, by code");
        describe_counter!(PUBLISHED, "frames given to the backplane");
        describe_counter!(HEARD, "frames heard from the backplane");
        describe_counter!(DROPPED, "frames not published or not believed, by reason");
        describe_counter!(RECONNECTS, "times the backplane was lost and found again");
        describe_gauge!(SESSIONS, "open sessions of this node");
        describe_gauge!(ROOMS, "rooms this node holds");
        describe_gauge!(ONLINE, "people online in the cluster");
        recorder.expect("nothing else has begun to count")
    });
}

/// All counts now, those kept elsewhere included.
pub(crate) fn text(chat: &Chat) -> String {
    let counters = chat.delivery.backplane_counters();
    counter!(PUBLISHED).absolute(counters.published());
    counter!(HEARD).absolute(counters.heard());
    counter!(RECONNECTS).absolute(counters.reconnects());
    for reason in Dropped::ALL {
        counter!(DROPPED, "reason" => reason.as_str()).absolute(counters.dropped(reason));
    }
    gauge!(SESSIONS).set(chat.delivery.hub.sessions() as f64);
    gauge!(ROOMS).set(chat.delivery.hub.rooms() as f64);
    gauge!(ONLINE).set(chat.roster.count() as f64);
    RECORDER
        .get()
        .map(PrometheusHandle::render)
        .unwrap_or_default()
}
