//! Who may be where: private rooms, who is let in and put out, and the end of a sign-in.

use protocol::{Cid, Entry, Person, RoomId, UserId};

use super::{Chat, Refusal, now_ms, reason};
use crate::store::{Changed, Deed, Error, Token};

impl Chat {
    /// Makes a private room. The entry that lets its maker in names it.
    pub async fn open_room(&self, by: Person, cid: Cid, name: &str) -> Result<Entry, Refusal> {
        let changed = self.rooms.open(deed(by, cid), name).await;
        self.spread_change(changed)
    }

    /// Lets somebody into a private room; the entry that does.
    pub async fn add(
        &self,
        by: Person,
        cid: Cid,
        (room, user): (&RoomId, &UserId),
    ) -> Result<Entry, Refusal> {
        let changed = self.rooms.add(deed(by, cid), room, user).await;
        self.spread_change(changed)
    }

    /// Puts somebody out of a private room, or leaves it; the entry that does.
    pub async fn remove(
        &self,
        by: Person,
        cid: Cid,
        (room, user): (&RoomId, &UserId),
    ) -> Result<Entry, Refusal> {
        let changed = self.rooms.remove(deed(by, cid), room, user).await;
        self.spread_change(changed)
    }

    /// Ends a sign-in, and its sessions on every node.
    pub async fn sign_out(&self, token: &Token) -> Result<(), Error> {
        if let Some(entry) = self.directory.sign_out(token).await? {
            self.delivery.spread(entry);
        }
        Ok(())
    }

    fn spread_change(&self, changed: Result<Changed, Error>) -> Result<Entry, Refusal> {
        match changed {
            Ok(Changed::Now { room, inbox }) => {
                self.delivery.spread(room.clone());
                self.delivery.spread(inbox);
                Ok(room)
            }
            Ok(Changed::Before(room)) => Ok(room),
            Err(error) => Err(Refusal::of(reason(&error))),
        }
    }
}

fn deed(by: Person, cid: Cid) -> Deed {
    let at = now_ms();
    Deed { by, cid, at }
}
