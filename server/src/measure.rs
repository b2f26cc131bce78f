//! What a node counts, and how operators read it (Prometheus' text format).

use std::sync::OnceLock;

use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use protocol::Reason;

use crate::backplane::Dropped;
use crate::chat::Chat;

pub(crate) const STORED: &str = "confab_messages_stored_total";
pub(crate) const HOLES_HEALED: &str = "confab_holes_healed_total";
pub(crate) const HOLES_READ: &str = "confab_holes_read_total";
pub(crate) const TAIL_FOUND: &str = "confab_tail_found_total";
pub(crate) const REAPED: &str = "confab_sessions_reaped_total";
pub(crate) const REFUSED: &str = "confab_sends_refused_total";
pub(crate) const BAD_FRAMES: &str = "confab_bad_frames_total";
pub(crate) const BEHIND: &str = "confab_sessions_behind_total";
pub(crate) const CHECKED: &str = "confab_log_checked_entries_total";
pub(crate) const FAULTS: &str = "confab_log_faults_total";
pub(crate) const CLOSED: &str = "confab_sockets_closed_total";
pub(crate) const LOG_READS: &str = "confab_log_reads_total";
pub(crate) const HANDSHAKES: &str = "confab_handshakes";
pub(crate) const TURNED_AWAY: &str = "confab_hellos_turned_away_total";
pub(crate) const STREAMS: &str = "confab_streams";
pub(crate) const STOMP: &str = "confab_stomp_connections";
pub(crate) const POSTS_ELSEWHERE: &str = "confab_stream_posts_elsewhere_total";
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
        describe_counter!(REAPED, "sessions of dead nodes that this node ended");
        describe_counter!(REFUSED, "messages not stored, by reason");
        describe_counter!(
            BAD_FRAMES,
            "frames of clients that are no command, by reason"
        );
        describe_counter!(BEHIND, "times a slow session was served from the log again");
        describe_counter!(CHECKED, "entries looked at for faults of the log");
        describe_counter!(FAULTS, "faults found in the log; run confab check");
        describe_counter!(CLOSED, "sockets closed, by code");
        describe_counter!(
            LOG_READS,
            "reads of rooms and of inboxes; who comes back needs none of a room that is open to all"
        );
        describe_counter!(
            TURNED_AWAY,
            "sockets closed before their hello was answered, as too many came at once"
        );
        describe_counter!(PUBLISHED, "frames given to the backplane");
        describe_counter!(HEARD, "frames heard from the backplane");
        describe_counter!(DROPPED, "frames not published or not believed, by reason");
        describe_counter!(RECONNECTS, "times the backplane was lost and found again");
        describe_gauge!(HANDSHAKES, "hellos being answered");
        describe_gauge!(STREAMS, "streams open, of those who cannot open a WebSocket");
        describe_gauge!(STOMP, "connections of STOMP clients");
        describe_counter!(
            POSTS_ELSEWHERE,
            "posts to a stream of another node; many mean that the balancer does not keep a client at one node"
        );
        describe_gauge!(SESSIONS, "open sessions of this node");
        describe_gauge!(ROOMS, "rooms this node holds");
        describe_gauge!(ONLINE, "people online in the cluster");
        recorder.expect("nothing else has begun to count")
    });
}

/// A reason as a label: as it stands on the wire.
pub(crate) fn label(reason: Reason) -> String {
    let wire = serde_json::to_string(&reason).expect("a reason is a text");
    wire.trim_matches('"').to_owned()
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
