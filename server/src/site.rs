//! The built page: where its files are, and what they are called.

mod carried;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::pages::Assets;

pub use self::carried::{Carried, File};
use crate::config::Config;

/// Where a build in progress puts its page.
const FOLDER: &str = "target/site";

/// The built page.
#[derive(Debug, Clone)]
pub struct Site {
    pub(crate) source: Source,
    /// What the page's files are called; a release build has a hash in each name.
    pub(crate) assets: Arc<Assets>,
    is_hashed: bool,
    /// What is wrong with it, and what to do.
    fault: Option<String>,
}

/// Where its files are read.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Folder(PathBuf),
    Program(Carried),
}

impl Source {
    /// What a hashed name stands for never changes: it is read once, and served also when the folder has another page by now.
    fn kept(self) -> Self {
        match &self {
            Self::Folder(folder) => match Carried::read(folder) {
                Ok(carried) => Self::Program(carried),
                Err(error) => {
                    tracing::warn!(%error, folder = %folder.display(), "the page is not kept in memory");
                    self
                }
            },
            Self::Program(_) => self,
        }
    }
}

impl Site {
    /// The page of the folder that was asked for, else the one this program carries, else the one of a build in progress.
    pub fn of(config: &Config) -> Self {
        let folder = config.site.as_deref().unwrap_or(Path::new(FOLDER));
        let (source, names) = match &config.carried {
            Some(carried) if config.site.is_none() => {
                (Source::Program(carried.clone()), carried.names())
            }
            _ => (Source::Folder(folder.to_owned()), names(folder)),
        };
        let find = |kind: &str| {
            let fits = |name: &&String| {
                let rest = name.strip_prefix("confab.");
                rest.is_some_and(|rest| rest == kind || rest.ends_with(&format!(".{kind}")))
            };
            names.iter().find(fits)
        };
        let path = |kind| match find(kind) {
            Some(name) => format!("/pkg/{name}"),
            None => format!("/pkg/confab.{kind}"),
        };
        let is_hashed = find("wasm").is_some_and(|name| name != "confab.wasm");
        Self {
            assets: Arc::new(Assets {
                js: path("js"),
                wasm: path("wasm"),
                css: path("css"),
            }),
            is_hashed,
            fault: find("wasm").is_none().then(|| fault(&source)),
            source: if is_hashed { source.kept() } else { source },
        }
    }

    /// Whether what a name stands for is the same for ever.
    pub(crate) fn is_hashed(&self) -> bool {
        self.is_hashed
    }

    /// One sentence, if there is no page: what is missing, and the remedy.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }
}

fn fault(source: &Source) -> String {
    let place = match source {
        Source::Folder(folder) => format!("in the folder {}", folder.display()),
        Source::Program(_) => "in this program".to_owned(),
    };
    format!(
        "there is no built page {place}: give its folder with --site, or take the program that bin/build makes, which has the \
         page in itself"
    )
}

/// The files of a folder's page; none if there is no such folder.
fn names(site: &Path) -> Vec<String> {
    let files = std::fs::read_dir(site.join("pkg"));
    let names = files.into_iter().flatten().flatten();
    let names = names.filter_map(|file| file.file_name().into_string().ok());
    names.collect()
}
