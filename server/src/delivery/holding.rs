//! Which rooms this node holds.

use futures_util::future::try_join_all;
use metrics::counter;
use protocol::RoomId;

use super::Delivery;
use crate::frame::{Frame, Topic};
use crate::hub::RECENT_ENTRIES_MAX;
use crate::measure::LOG_READS;
use crate::store::{self, Reader, Span};

impl Delivery {
    /// Holds a room: from here on its entries come to the sessions that take a seat in it.
    pub async fn hold(&self, room: &RoomId) -> Result<(), store::Error> {
        let opened = self.hub.hold(room);
        let open = || async {
            let _in_turn = self.following.read().await;
            if let Err(error) = self.backplane.follow(&[Topic::Room(room.clone())]).await {
                tracing::warn!(%error, %room, "following later, the log's tail serves until then");
            }
            counter!(LOG_READS, "of" => "tops").increment(1);
            let nothing = self.log.read(Reader::Node, room, Span::newest(0));
            self.note(room, self.hub.begin(room, nothing.await?.top));
            Ok(())
        };
        opened.get_or_try_init(open).await.map(|_| ())
    }

    /// Holds many rooms; those that are not held yet side by side, as following many takes no longer than following one.
    pub async fn hold_all(
        &self,
        rooms: impl IntoIterator<Item = &RoomId>,
    ) -> Result<(), store::Error> {
        let held = rooms.into_iter().map(|room| self.hold(room));
        try_join_all(held).await.map(|_| ())
    }

    /// Keeps the newest entries of a held room that everybody may see: who comes back is served by them, however many do.
    pub async fn keep_newest(&self, room: &RoomId) -> Result<(), store::Error> {
        let Some(filled) = self.hub.collect(room) else {
            return Ok(());
        };
        let fill = || async {
            let newest = Span::newest(RECENT_ENTRIES_MAX);
            let page = self.read(Reader::anybody(), room, newest).await?;
            let newest = page.entries.into_iter().map(Frame::entry);
            self.hub.fill(room, newest.collect());
            Ok(())
        };
        filled.get_or_try_init(fill).await.map(|_| ())
    }

    /// Lets go of rooms without sessions.
    pub async fn release(&self) {
        let _in_turn = self.following.write().await;
        let released = self.hub.release();
        let topics: Vec<Topic> = released
            .into_iter()
            .filter(|room| !self.hub.holds(room))
            .map(Topic::Room)
            .collect();
        if !topics.is_empty() {
            self.backplane.unfollow(&topics).await;
        }
    }
}
