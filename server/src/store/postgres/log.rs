//! The log in PostgreSQL: appends by the writer, reads by the readers.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use protocol::{Epoch, Page, RoomId};

use super::check::check;
use super::fence::{Broken, Fence, Head, head};
use super::link::in_time;
use super::page::page;
use super::rows::{count, each, id, number};
use super::{Error, Readers, Writer};
use crate::store::{self, Checked, Draft, Place, Reader, Span, Stored};

/// How often to look for what other nodes have stored; who has reason to can look sooner.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(super) struct Log {
    pub(super) fence: Arc<Fence>,
    pub(super) readers: Arc<Readers>,
    pub(super) writer: Arc<Writer>,
}

/// The head and the places of one moment. The head comes even if there is no place.
const TAIL: &str = concat!(
    "WITH head AS MATERIALIZED (",
    head!(),
    ") SELECT head.*, place.log_offset, place.room, place.seq FROM head LEFT JOIN LATERAL
         (SELECT log_offset, room, seq FROM entry WHERE log_offset > $1 ORDER BY log_offset LIMIT $2) AS place ON true
       ORDER BY place.log_offset"
);

#[async_trait]
impl store::Log for Log {
    fn epoch(&self) -> &Epoch {
        &self.fence.epoch
    }

    fn former_epoch(&self) -> Option<&Epoch> {
        self.fence.former.as_ref()
    }

    async fn append(&self, draft: Draft) -> Result<Stored, Error> {
        self.writer.append(draft).await
    }

    async fn append_all(&self, drafts: Vec<Draft>) -> Vec<Result<Stored, Error>> {
        self.writer.append_all(drafts).await
    }

    async fn read(&self, reader: Reader<'_>, room: &RoomId, span: Span) -> Result<Page, Error> {
        let user = match reader {
            Reader::Node => None,
            Reader::User(user) => Some(user),
        };
        in_time(async {
            let mut link = self.readers.link().await?;
            page(&mut link, &self.fence, (user, room), span).await
        })
        .await
    }

    async fn tail(&self, after: u64, limit: usize) -> Result<Vec<Place>, Error> {
        self.fence.saw(after);
        let expected = self.fence.expect();
        let params: [i64; 2] = [number(after), number(limit)];
        let found = self.readers.rows(TAIL, &[&params[0], &params[1]]).await?;
        let first = found.first();
        let head = first.map_or_else(|| Head::found(None), Head::of)?;
        match expected.is_met(&head) {
            Ok(top) => self.fence.saw(top),
            Err(Broken::Shorter(_)) => {
                // The writer meets the same, and makes it another log: nobody may take it for the one it was.
                self.writer.change(|_| Ok(())).await?;
                return Err(Error::Busy); // it was another moment's
            }
            Err(other) => return Err(other.into()),
        }
        let places = each(&found, |row| {
            let Some(room) = id(row, 6)? else {
                return Ok(None);
            };
            Ok(Some(Place {
                offset: count(row, 5)?,
                room,
                seq: count(row, 7)?,
            }))
        })?;
        Ok(places.into_iter().flatten().collect())
    }

    async fn check(&self, after: u64, limit: usize) -> Result<Checked, Error> {
        in_time(async {
            let mut link = self.readers.link().await?;
            check(&mut link, &self.fence, after, limit).await
        })
        .await
    }

    async fn close(&self) {
        self.readers.end();
        self.writer.end().await;
    }

    async fn changed(&self) {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
