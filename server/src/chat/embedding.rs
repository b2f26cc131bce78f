//! What programs make of people and rooms, and who comes in by their tickets. What tells of it is spread.

use protocol::{Cid, Person};

use super::{Chat, Refusal, now_ms, reason};
use crate::store::{
    Alias, Deed, Error, MembersWanted, NotPut, Redeemed, RoomPut, RoomWanted, Token, random_id,
};

impl Chat {
    /// Has a room of the program's be so.
    pub async fn put_room(
        &self,
        program: &Person,
        alias: &Alias,
        wanted: RoomWanted,
    ) -> Result<Result<RoomPut, NotPut>, Refusal> {
        let put = self.embedding.put_room(deed(program), alias, wanted).await;
        self.spread_put(put)
    }

    /// Changes who is in a room of the program's.
    pub async fn put_members(
        &self,
        program: &Person,
        alias: &Alias,
        wanted: MembersWanted,
    ) -> Result<Result<RoomPut, NotPut>, Refusal> {
        let put = self
            .embedding
            .put_members(deed(program), alias, wanted)
            .await;
        self.spread_put(put)
    }

    fn spread_put(
        &self,
        put: Result<Result<RoomPut, NotPut>, Error>,
    ) -> Result<Result<RoomPut, NotPut>, Refusal> {
        let mut put = put.map_err(|error| Refusal::of(reason(&error)))?;
        if let Ok(put) = &mut put {
            self.delivery.spread_all(std::mem::take(&mut put.entries));
        }
        Ok(put)
    }

    /// Signs in whose ticket this is, once.
    pub async fn redeem(
        &self,
        ticket: &Token,
        former: Option<&Token>,
    ) -> Result<Option<Redeemed>, Error> {
        let redeemed = self.tickets.redeem(ticket, former).await?;
        let ended = redeemed.as_ref().and_then(|found| found.ended.clone());
        self.delivery.spread_all(ended);
        Ok(redeemed)
    }
}

fn deed(program: &Person) -> Deed {
    Deed {
        by: program.clone(),
        cid: random_id::<16, Cid>(),
        at: now_ms(),
    }
}
