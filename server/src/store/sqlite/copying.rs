//! Copying out of a file, and into a new one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::{
    Connection, Row, ToSql, params_from_iter, types::ToSqlOutput, types::Value as Field,
};

use super::database::companion;
use super::prove::{look_into, prove};
use super::turn;
use crate::store::copying::{Column, ROWS, Sink, Source, Table, Take, Value};
use crate::store::proof::Proof;
use crate::store::upkeep::Error;

/// A file no node runs on.
pub(in crate::store) struct FileSource {
    connection: Connection,
    _alone: File,
}

impl FileSource {
    pub(in crate::store) fn open(path: &Path) -> Result<Self, Error> {
        let connection = look_into(path)?;
        let alone = turn::alone(path).map_err(|error| Error(error.to_string()))?;
        let alone = alone.ok_or_else(|| {
            Error(format!(
                "a node runs on {}; stop all nodes of this store, then copy it",
                path.display()
            ))
        })?;
        Ok(Self {
            connection,
            _alone: alone,
        })
    }
}

impl Source for FileSource {
    fn prove(&mut self) -> Result<Proof, Error> {
        Ok(prove(&self.connection))
    }

    fn read(&mut self, table: &Table, take: Take<'_>) -> Result<(), Error> {
        let mut wanted = self.connection.prepare(&table.select()).map_err(failed)?;
        let mut rows = wanted.query([]).map_err(failed)?;
        let mut some = Vec::with_capacity(ROWS);
        while let Some(row) = rows.next().map_err(failed)? {
            some.push(values(row, table).map_err(failed)?);
            if some.len() == ROWS {
                take(&some)?;
                some.clear();
            }
        }
        take(&some)
    }
}

/// A new file, under another name until it is whole.
pub(in crate::store) struct FileSink {
    connection: Connection,
    partial: PathBuf,
    path: PathBuf,
}

impl FileSink {
    pub(in crate::store) fn make(path: &Path) -> Result<Self, Error> {
        if path.exists() {
            return Err(Error(format!(
                "{} is there already, and nothing is overwritten; give another name",
                path.display()
            )));
        }
        let partial = companion(path, ".partial");
        let _ = fs::remove_file(&partial); // left by one that was interrupted
        let made = || {
            let mut connection = super::open(&partial)?;
            connection.pragma_update(None, "journal_mode", "DELETE")?;
            super::prepare(&mut connection)?;
            let empty =
                "DELETE FROM member; DELETE FROM room; DELETE FROM seal; DELETE FROM log; BEGIN";
            connection.execute_batch(empty)?;
            Ok::<_, super::Error>(connection)
        };
        let connection =
            made().map_err(|error| Error(format!("cannot make {}: {error}", path.display())))?;
        Ok(Self {
            connection,
            partial,
            path: path.to_owned(),
        })
    }
}

impl Sink for FileSink {
    fn begin(&mut self, _: &Table) -> Result<(), Error> {
        Ok(())
    }

    fn write(&mut self, table: &Table, rows: &[Vec<Value>]) -> Result<(), Error> {
        let places = vec!["?"; table.columns.len()].join(", ");
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({places})",
            table.name,
            table.names()
        );
        let mut insert = self.connection.prepare_cached(&sql).map_err(failed)?;
        for row in rows {
            insert.execute(params_from_iter(row)).map_err(failed)?;
        }
        Ok(())
    }

    fn end(&mut self, _: &Table) -> Result<(), Error> {
        Ok(())
    }

    fn prove(&mut self) -> Result<Proof, Error> {
        self.connection.execute_batch("COMMIT").map_err(failed)?;
        Ok(prove(&self.connection))
    }

    fn keep(self: Box<Self>) -> Result<(), Error> {
        // A second name, and never one that another has taken meanwhile.
        let kept = File::open(&self.partial).and_then(|file| {
            file.sync_all()?;
            fs::hard_link(&self.partial, &self.path)
        });
        kept.map_err(|error| Error(format!("cannot make {}: {error}", self.path.display())))
    }
}

impl Drop for FileSink {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.partial); // it has another name, or is not wanted
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Field::Null),
            Self::Flag(flag) => ToSqlOutput::from(*flag),
            Self::Number(number) => ToSqlOutput::from(*number),
            Self::Text(text) => ToSqlOutput::from(text.as_str()),
            Self::Bytes(bytes) => ToSqlOutput::from(bytes.as_slice()),
        })
    }
}

fn values(row: &Row<'_>, table: &Table) -> rusqlite::Result<Vec<Value>> {
    let value = |(at, (_, column)): (usize, &(&str, Column))| {
        Ok(match column {
            Column::Flag => row.get::<_, Option<bool>>(at)?.map(Value::Flag),
            Column::Number => row.get::<_, Option<i64>>(at)?.map(Value::Number),
            Column::Text => row.get::<_, Option<String>>(at)?.map(Value::Text),
            Column::Bytes => row.get::<_, Option<Vec<u8>>>(at)?.map(Value::Bytes),
        }
        .unwrap_or(Value::Null))
    };
    table.columns.iter().enumerate().map(value).collect()
}

fn failed(error: rusqlite::Error) -> Error {
    Error(format!("the copy failed: {error}; nothing was kept"))
}
