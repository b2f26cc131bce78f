//! A real PostgreSQL of a run's own, which keeps the log.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::{StreamExt as _, pin_mut};
use rusqlite::Connection;
use rusqlite::types::Value;
use tokio::sync::Mutex;
use tokio::task::block_in_place;
use tokio::time::sleep;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, IsolationLevel, NoTls, Row, Transaction};

use crate::postgres_server::PostgresServer;

/// What is read of a log, as it is written in a database file.
const TABLES: [(&str, &str); 3] = [
    ("room", "id, kind"),
    ("member", "room, person, from_seq, to_seq"),
    (
        "entry",
        "room, seq, log_offset, sender, name, cid, kind, target, body, at",
    ),
];

/// How the checker finds what it asks for.
const INDEXES: &str = "CREATE UNIQUE INDEX entry_offset ON entry (log_offset);
    CREATE UNIQUE INDEX entry_seq ON entry (room, seq); CREATE INDEX member_person ON member (person, room)";

pub struct Database {
    server: Mutex<PostgresServer>,
    pub url: String,
}

impl Database {
    pub fn start() -> Self {
        let server = block_in_place(PostgresServer::start);
        let url = server.database();
        let server = Mutex::new(server);
        Self { server, url }
    }

    /// kill -9; comes back after a while.
    pub async fn kill(&self, lasts: Duration) {
        let mut server = self.server.lock().await;
        block_in_place(|| server.kill());
        sleep(lasts).await;
        block_in_place(|| server.start_again());
    }

    /// Stops it as for an update; comes back after a while.
    pub async fn stop(&self, lasts: Duration) {
        let mut server = self.server.lock().await;
        block_in_place(|| server.stop());
        sleep(lasts).await;
        block_in_place(|| server.start_again());
    }

    /// Writes what the log has at one moment into a file of SQLite, in place of what is there.
    pub async fn copy(&self, file: &Path) -> anyhow::Result<()> {
        // Of the look before.
        let _ = std::fs::remove_file(file);
        let mut link = connect(&self.url).await?;
        let moment = link
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true);
        let moment = moment.start().await?;
        let mut file = Connection::open(file)?;
        file.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF")?;
        let tx = file.transaction()?;
        for (table, columns) in TABLES {
            tx.execute_batch(&format!("CREATE TABLE {table} ({columns})"))?;
            copy_table(&moment, &tx, table, columns).await?;
        }
        tx.execute_batch(INDEXES)?;
        Ok(tx.commit()?)
    }
}

async fn copy_table(
    from: &Transaction<'_>,
    to: &Connection,
    table: &str,
    columns: &str,
) -> anyhow::Result<()> {
    let sql = format!("SELECT {columns} FROM {table}");
    let rows = from.query_raw(&sql, std::iter::empty::<i64>()).await?;
    pin_mut!(rows);
    let places = vec!["?"; columns.split(", ").count()].join(", ");
    let mut insert = to.prepare(&format!("INSERT INTO {table} VALUES ({places})"))?;
    while let Some(row) = rows.next().await {
        insert.execute(rusqlite::params_from_iter(values(&row?)?))?;
    }
    Ok(())
}

fn values(row: &Row) -> anyhow::Result<Vec<Value>> {
    let value = |(at, column): (usize, &tokio_postgres::Column)| match *column.type_() {
        Type::INT8 => Ok(row.try_get::<_, Option<i64>>(at)?.into()),
        _ => Ok(row.try_get::<_, Option<String>>(at)?.into()),
    };
    row.columns().iter().enumerate().map(value).collect()
}

async fn connect(url: &str) -> anyhow::Result<Client> {
    let connected = tokio_postgres::connect(url, NoTls).await;
    let (client, connection) = connected.context("the log's PostgreSQL does not answer")?;
    // Ends with the client.
    tokio::spawn(connection);
    Ok(client)
}
