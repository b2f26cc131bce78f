//! Copying out of a database, and into an empty one.

use std::error::Error as StdError;
use std::pin::Pin;

use bytes::BytesMut;
use deadpool_postgres::{Client, GenericClient};
use tokio::runtime::Runtime;
use tokio_postgres::Row;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::opening::{make, version};
use super::rows::get;
use super::upkeep::{connect, look_into, prove};
use crate::store;
use crate::store::copying::{Column, ROWS, Sink, Source, Table, Take, Value};
use crate::store::proof::Proof;
use crate::store::upkeep::Error;

/// A database no node runs on, as it is at one moment.
pub(in crate::store) struct DatabaseSource {
    runtime: Runtime,
    link: Client,
}

impl DatabaseSource {
    pub(in crate::store) fn open(address: &str) -> Result<Self, Error> {
        let runtime = runtime()?;
        let link = runtime.block_on(async {
            let link = look_into(address).await?;
            is_alone(&link).await?;
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            link.batch_execute(begin).await.map_err(failed)?;
            Ok::<_, Error>(link)
        })?;
        Ok(Self { runtime, link })
    }
}

impl Source for DatabaseSource {
    fn prove(&mut self) -> Result<Proof, Error> {
        Ok(self.runtime.block_on(prove(&self.link)))
    }

    fn read(&mut self, table: &Table, take: Take<'_>) -> Result<(), Error> {
        let (runtime, link) = (&self.runtime, &self.link);
        let declare = format!("DECLARE copied NO SCROLL CURSOR FOR {}", table.select());
        runtime
            .block_on(link.batch_execute(&declare))
            .map_err(failed)?;
        let fetch = format!("FETCH {ROWS} FROM copied");
        loop {
            let rows = runtime.block_on(link.query(&fetch, &[])).map_err(failed)?;
            let some: Result<Vec<_>, _> = rows.iter().map(|row| values(row, table)).collect();
            take(&some?)?;
            if rows.len() < ROWS {
                break;
            }
        }
        runtime
            .block_on(link.batch_execute("CLOSE copied"))
            .map_err(failed)
    }
}

/// An empty database, in the middle of the transaction that fills it.
pub(in crate::store) struct DatabaseSink {
    runtime: Runtime,
    link: Client,
    writer: Option<Pin<Box<BinaryCopyInWriter>>>,
}

impl DatabaseSink {
    pub(in crate::store) fn make(address: &str) -> Result<Self, Error> {
        let runtime = runtime()?;
        let link = runtime.block_on(async {
            let link = connect(address).await?;
            link.batch_execute("BEGIN").await.map_err(failed)?;
            if version(&link).await? > 0 {
                let why = "there is a log in the database already, and nothing is overwritten; give an empty database";
                return Err(Error(why.to_owned()));
            }
            make(&link).await?;
            Ok(link)
        })?;
        Ok(Self {
            runtime,
            link,
            writer: None,
        })
    }
}

impl Sink for DatabaseSink {
    fn begin(&mut self, table: &Table) -> Result<(), Error> {
        let sql = format!("COPY {} ({}) FROM STDIN BINARY", table.name, table.names());
        let sink = self
            .runtime
            .block_on(self.link.copy_in(&sql))
            .map_err(failed)?;
        let types: Vec<Type> = table
            .columns
            .iter()
            .map(|(_, column)| kind(*column))
            .collect();
        self.writer = Some(Box::pin(BinaryCopyInWriter::new(sink, &types)));
        Ok(())
    }

    fn write(&mut self, _: &Table, rows: &[Vec<Value>]) -> Result<(), Error> {
        let writer = self.writer.as_mut().expect("a table has begun");
        let written = self.runtime.block_on(async {
            for row in rows {
                writer.as_mut().write_raw(row).await?;
            }
            Ok(())
        });
        written.map_err(failed)
    }

    fn end(&mut self, _: &Table) -> Result<(), Error> {
        let mut writer = self.writer.take().expect("a table has begun");
        let ended = self.runtime.block_on(writer.as_mut().finish());
        ended.map(drop).map_err(failed)
    }

    fn prove(&mut self) -> Result<Proof, Error> {
        self.runtime.block_on(async {
            // Without, the planner knows nothing of what has just come, and has it read again and again.
            let analysed = self.link.batch_execute("ANALYZE").await;
            analysed.map_err(failed)?;
            Ok(prove(&self.link).await)
        })
    }

    fn keep(self: Box<Self>) -> Result<(), Error> {
        let kept = self.runtime.block_on(self.link.batch_execute("COMMIT"));
        kept.map_err(failed)
    }
}

/// Refuses a database some node of this log is connected to.
async fn is_alone(link: &Client) -> Result<(), Error> {
    let sql = "SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'confab' AND pid <> pg_backend_pid()";
    let others = link.query_one(sql, &[]).await.map_err(failed)?;
    if get::<i64>(&others, 0)? > 0 {
        let why = "a node runs on the database; stop all nodes of this store, then copy it";
        return Err(Error(why.to_owned()));
    }
    Ok(())
}

fn runtime() -> Result<Runtime, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.map_err(|error| Error(format!("the async runtime: {error}")))
}

fn kind(column: Column) -> Type {
    match column {
        Column::Flag => Type::BOOL,
        Column::Number => Type::INT8,
        Column::Text => Type::TEXT,
        Column::Bytes => Type::BYTEA,
    }
}

fn values(row: &Row, table: &Table) -> Result<Vec<Value>, Error> {
    let value = |(at, (_, column)): (usize, &(&str, Column))| {
        let value = match column {
            Column::Flag => get::<Option<bool>>(row, at)?.map(Value::Flag),
            Column::Number => get::<Option<i64>>(row, at)?.map(Value::Number),
            Column::Text => get::<Option<String>>(row, at)?.map(Value::Text),
            Column::Bytes => get::<Option<Vec<u8>>>(row, at)?.map(Value::Bytes),
        };
        Ok(value.unwrap_or(Value::Null))
    };
    table.columns.iter().enumerate().map(value).collect()
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Flag(flag) => flag.to_sql(kind, out),
            Self::Number(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::BOOL, Type::INT8, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}

fn failed(error: tokio_postgres::Error) -> Error {
    let why = store::Error::from(error);
    Error(format!("the copy failed: {why}; nothing was kept"))
}
