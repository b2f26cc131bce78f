//! A page inside the program, served just as one in a folder is.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};
use tower_http::services::fs::{Backend, File as Opened, Metadata};

/// The files of a page, by their paths in its folder: `pkg/confab.css`.
#[derive(Debug, Clone)]
pub struct Carried(Arc<BTreeMap<String, File>>);

#[derive(Debug, Clone)]
pub struct File {
    pub bytes: Bytes,
    /// When it was built: the same for every node that runs this program.
    pub modified: SystemTime,
}

impl Carried {
    pub fn new(files: impl IntoIterator<Item = (String, File)>) -> Self {
        Self(Arc::new(files.into_iter().collect()))
    }

    /// The page of this folder, as it is now.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for file in std::fs::read_dir(folder.join("pkg"))? {
            let file = file?;
            let about = file.metadata()?;
            if let (true, Ok(name)) = (about.is_file(), file.file_name().into_string()) {
                let bytes = std::fs::read(file.path())?.into();
                let modified = about.modified()?;
                files.insert(format!("pkg/{name}"), File { bytes, modified });
            }
        }
        Ok(Self(Arc::new(files)))
    }

    /// What the files below `pkg` are called.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.0.keys().filter_map(|path| path.strip_prefix("pkg/"));
        names.map(str::to_owned).collect()
    }

    fn find(&self, path: &Path) -> io::Result<&File> {
        let path = path.strip_prefix(".").unwrap_or(path);
        let file = path.to_str().and_then(|path| self.0.get(path));
        file.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Backend for Carried {
    type File = Reading;
    type Metadata = About;
    type OpenFuture = Ready<io::Result<Reading>>;
    type MetadataFuture = Ready<io::Result<About>>;

    fn open(&self, path: PathBuf) -> Self::OpenFuture {
        ready(self.find(&path).map(|file| Reading {
            about: About::of(file),
            bytes: io::Cursor::new(file.bytes.clone()),
        }))
    }

    fn metadata(&self, path: PathBuf) -> Self::MetadataFuture {
        ready(self.find(&path).map(About::of))
    }
}

/// A file that is being read.
pub struct Reading {
    about: About,
    bytes: io::Cursor<Bytes>,
}

impl Opened for Reading {
    type Metadata = About;
    type MetadataFuture<'a> = Ready<io::Result<About>>;

    fn metadata(&self) -> Self::MetadataFuture<'_> {
        ready(Ok(self.about))
    }
}

impl AsyncRead for Reading {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_read(context, into)
    }
}

impl AsyncSeek for Reading {
    fn start_seek(mut self: Pin<&mut Self>, place: io::SeekFrom) -> io::Result<()> {
        Pin::new(&mut self.bytes).start_seek(place)
    }

    fn poll_complete(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Pin::new(&mut self.bytes).poll_complete(context)
    }
}

/// What is to be known of a file.
#[derive(Debug, Clone, Copy)]
pub struct About {
    bytes: u64,
    modified: SystemTime,
}

impl About {
    fn of(file: &File) -> Self {
        Self {
            bytes: file.bytes.len() as u64,
            modified: file.modified,
        }
    }
}

impl Metadata for About {
    fn is_dir(&self) -> bool {
        false
    }

    fn modified(&self) -> io::Result<SystemTime> {
        Ok(self.modified)
    }

    fn len(&self) -> u64 {
        self.bytes
    }
}
