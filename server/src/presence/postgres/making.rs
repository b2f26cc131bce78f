//! Makes what presence needs in a database, when it is first kept there.

use deadpool_postgres::ClientWrapper;

use crate::presence::{DEAD_SECS, Error, GRACE_SECS};

/// Nothing is there without all of it. Read from the table: what `to_regproc` knows may be from before the turn.
const IS_MADE: &str = "SELECT EXISTS (
    SELECT FROM pg_proc WHERE proname = 'presence_beat' AND pg_function_is_visible(oid))";

/// Of the advisory lock under which one node at a time makes it; no meaning but that others choose others.
const TURN: &str = "SELECT pg_advisory_xact_lock(4859230411657184)";

pub(super) async fn make(link: &mut ClientWrapper) -> Result<(), Error> {
    if link.query_one(IS_MADE, &[]).await?.try_get(0)? {
        return Ok(());
    }
    let tx = link.transaction().await?;
    // It takes its time, and so does waiting for another node to do it.
    tx.batch_execute("SET LOCAL statement_timeout = '20s'; SET LOCAL lock_timeout = '20s'")
        .await?;
    tx.batch_execute(TURN).await?;
    if !tx.query_one(IS_MADE, &[]).await?.try_get::<_, bool>(0)? {
        tx.batch_execute(include_str!("tables.sql")).await?;
        let functions = include_str!("functions.sql")
            .replace("{grace}", &GRACE_SECS.to_string())
            .replace("{dead}", &DEAD_SECS.to_string());
        tx.batch_execute(&functions).await?;
    }
    Ok(tx.commit().await?)
}
