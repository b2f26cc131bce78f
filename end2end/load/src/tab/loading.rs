//! How a tab's page comes, and goes.

use std::time::Duration;

use client::{Engine, Start};
use protocol::RoomId;
use tokio::time::sleep;

use super::Tab;
use crate::visitor::Visitor;

/// How long to wait before a page that did not come is loaded from the next node.
const RELOAD_AFTER: Duration = Duration::from_millis(200);

impl Tab {
    pub(super) async fn begin(&mut self, start: Start) {
        self.home = start.nodes.first().cloned().unwrap_or_default();
        self.seen.know(&start.rooms);
        let told = self.seen.of(&start.room);
        told.begin(start.top);
        told.take(&start.entries, &start.closed);
        told.take_aside(&start.aside);
        let mut engine = Engine::new(start);
        engine.restore(self.kept.clone());
        self.engine = Some(engine);
        self.has_changed = true;
        self.tell(Engine::connect).await;
    }

    pub(super) async fn reload(&mut self) {
        if let Some(engine) = self.engine.take() {
            self.room = engine.room().clone();
        }
        self.page = None;
        self.wire.close(1001).await;
        if self.loading.is_none() {
            let nodes = self.world.nodes.clone();
            self.loading = Some(Box::pin(load(
                self.visitor.clone(),
                nodes,
                self.room.clone(),
            )));
        }
    }
}

/// Loads the page from whichever node gives it.
async fn load(visitor: Visitor, mut nodes: Vec<String>, room: RoomId) -> Start {
    fastrand::shuffle(&mut nodes);
    for node in nodes.iter().cycle() {
        match visitor.load_room(node, &room, fastrand::u64(..)).await {
            Ok(start) => return start,
            Err(_) => sleep(RELOAD_AFTER).await,
        }
    }
    unreachable!("a cycle has no end")
}
