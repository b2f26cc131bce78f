//! How a node's sessions end.

use std::sync::atomic::Ordering;
use std::time::Duration;

use protocol::{Close, Event};

use super::{CLOSE_MAX, Node};
use crate::chat::Chat;
use crate::frame::{Frame, Topic};

/// Time clients get to go to another node before their sockets are closed.
const GOAWAY: Duration = Duration::from_secs(3);

/// How often to look whether all have gone.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// New clients go elsewhere, those here are asked to, and who is left is closed with what it sent stored and acknowledged.
pub async fn drain(node: &Node) {
    let Chat {
        delivery, roster, ..
    } = &*node.chat;
    tracing::info!(sessions = delivery.hub.sessions(), "draining");
    node.draining.store(true, Ordering::Relaxed);
    roster.beat(delivery).await; // who else lives now
    if roster.nodes().len() > 1 && delivery.hub.sessions() > 0 {
        let within_ms = GOAWAY.as_millis() as u64;
        delivery
            .hub
            .tell_all(Frame::state(Topic::All, &Event::Goaway { within_ms }));
        let gone = async {
            while delivery.hub.sessions() > 0 {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        let _ = tokio::time::timeout(GOAWAY, gone).await; // who stays is closed
    }
    close(node, CLOSE_MAX).await;
}

/// Ends all sessions; those that do not end within `wait` are cut off.
pub(super) async fn close(node: &Node, wait: Duration) {
    node.draining.store(true, Ordering::Relaxed);
    let hub = &node.chat.delivery.hub;
    hub.close_all(Close::Restart);
    node.closing.cancel();
    node.tasks.close();
    let ended = tokio::time::timeout(wait, node.tasks.wait());
    if ended.await.is_err() {
        tracing::warn!(sessions = hub.sessions(), "cut off");
    }
}
