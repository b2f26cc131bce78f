//! A page in a folder, in memory and in the program, asked for the same.

use std::path::Path;
use std::time::{Duration, SystemTime};

use clap::Parser as _;
use reqwest::Client;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, IF_NONE_MATCH, RANGE};
use tempfile::TempDir;

use super::*;
use crate::config::Config;
use crate::site::{Carried, File};

const FILES: [(&str, &str); 7] = [
    ("pkg/confab.a1B2.wasm", "the program, which is long"),
    ("pkg/confab.a1B2.wasm.br", "br"),
    ("pkg/confab.a1B2.wasm.gz", "gzip"),
    ("pkg/confab.c3D4.js", "its glue"),
    ("pkg/confab.e5F6.css", "its looks"),
    ("pkg/confab.d.g7H8.ts", "types"),
    ("pkg/confab_bg.wasm.d.i9J0.ts", "more types"),
];

fn built() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    std::fs::create_dir(folder.path().join("pkg")).expect("it is empty");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::write(&path, text).expect("it is written");
        let file = std::fs::File::options().write(true).open(&path);
        let dated = file.and_then(|file| file.set_modified(built()));
        dated.expect("it is dated");
    }
    folder
}

fn carried() -> Carried {
    Carried::new(FILES.map(|(path, text)| {
        let bytes = text.as_bytes().into();
        let modified = built();
        (path.to_owned(), File { bytes, modified })
    }))
}

fn config(site: Option<&Path>, carried: Option<Carried>) -> Config {
    let config = Config::try_parse_from(["confab"]).expect("no flag is needed");
    Config {
        site: site.map(Path::to_owned),
        carried,
        ..config
    }
}

/// Serves the page's files, and tells where.
async fn served(site: &Site) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let bound = listener.local_addr().expect("it is bound");
    let files = Router::new().nest_service("/pkg", service(site));
    drop(tokio::spawn(async { axum::serve(listener, files).await }));
    format!("http://{bound}")
}

/// What is answered, but for the date of the answer.
async fn answer(request: reqwest::RequestBuilder) -> (u16, HeaderMap, Vec<u8>) {
    let answer = request.send().await.expect("an answer");
    let (status, mut headers) = (answer.status().as_u16(), answer.headers().clone());
    headers.remove("date");
    let body = answer.bytes().await.expect("it is whole");
    (status, headers, body.to_vec())
}

#[tokio::test]
async fn a_page_in_the_program_is_served_as_one_in_a_folder() {
    let folder = folder(&FILES);
    let mut site = Site::of(&config(Some(folder.path()), None));
    // As one is read whose names are not hashed.
    site.source = Source::Folder(folder.path().to_owned());
    let here = served(&site).await;
    let inside = served(&Site::of(&config(None, Some(carried())))).await;
    let client = Client::new();
    let wasm = "/pkg/confab.a1B2.wasm";
    let tag = client.get(format!("{here}{wasm}")).send().await;
    let tag = tag.expect("an answer").headers()["etag"].clone();
    let tag = tag.to_str().expect("text");
    for (path, header, value, status) in [
        (wasm, ACCEPT_ENCODING, "gzip, br", 200),
        (wasm, ACCEPT_ENCODING, "gzip", 200),
        (wasm, ACCEPT_ENCODING, "identity", 200),
        (wasm, RANGE, "bytes=4-10", 206),
        (wasm, RANGE, "bytes=1000-", 416),
        (wasm, IF_NONE_MATCH, tag, 304),
        (wasm, IF_NONE_MATCH, "\"other\"", 200),
        ("/pkg/confab.c3D4.js", ACCEPT_ENCODING, "br", 200),
        ("/pkg/confab.e5F6.css", ACCEPT_ENCODING, "br", 200),
        ("/pkg/confab.js", ACCEPT_ENCODING, "br", 404),
        ("/pkg/", ACCEPT_ENCODING, "br", 404),
        ("/pkg/..%2fpkg%2fconfab.c3D4.js", ACCEPT_ENCODING, "br", 404),
        ("/pkg/confab.c3D4.js/", ACCEPT_ENCODING, "br", 404),
    ] {
        let asked = |at: &str| client.get(format!("{at}{path}")).header(&header, value);
        let told = answer(asked(&here)).await;
        assert_eq!(told.0, status, "{path} {value}: {told:?}");
        assert_eq!(
            answer(asked(&inside)).await,
            told,
            "{path} {header} {value}"
        );
        let asked = |at: &str| client.head(format!("{at}{path}")).header(&header, value);
        assert_eq!(
            answer(asked(&inside)).await,
            answer(asked(&here)).await,
            "HEAD {path}"
        );
    }
    for at in [here, inside] {
        let (_, headers, body) = answer(
            client
                .get(format!("{at}{wasm}"))
                .header(ACCEPT_ENCODING, "br"),
        )
        .await;
        assert_eq!(body, b"br");
        for (name, value) in [
            ("content-type", "application/wasm"),
            ("content-encoding", "br"),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("vary", "accept-encoding"),
        ] {
            assert_eq!(headers[name], value);
        }
    }
}

#[tokio::test]
async fn a_hashed_page_is_served_without_its_folder() {
    let folder = folder(&FILES);
    let served = served(&Site::of(&config(Some(folder.path()), None))).await;
    drop(folder);
    for (encoding, body) in [("br", "br"), ("gzip", "gzip"), ("identity", FILES[0].1)] {
        let request = Client::new().get(format!("{served}/pkg/confab.a1B2.wasm"));
        let (status, headers, bytes) = answer(request.header(ACCEPT_ENCODING, encoding)).await;
        assert_eq!(
            (status, bytes),
            (200, body.as_bytes().to_vec()),
            "{encoding}"
        );
        assert_eq!(headers["content-type"], "application/wasm");
        assert_eq!(headers["content-length"], *body.len().to_string());
    }
}

#[test]
fn a_page_is_found_by_what_its_files_are_called() {
    let hashed = Site::of(&config(None, Some(carried())));
    assert_eq!(hashed.assets.wasm, "/pkg/confab.a1B2.wasm");
    assert_eq!(hashed.assets.js, "/pkg/confab.c3D4.js");
    assert_eq!(hashed.assets.css, "/pkg/confab.e5F6.css");
    assert_eq!(hashed.fault(), None);
    let plain = folder(&[
        ("pkg/confab.wasm", ""),
        ("pkg/confab.js", ""),
        ("pkg/confab.css", ""),
    ]);
    let plain = Site::of(&config(Some(plain.path()), Some(carried())));
    assert_eq!(
        plain.assets.css, "/pkg/confab.css",
        "the folder that was asked for wins"
    );
    assert!(hashed.is_hashed() && !plain.is_hashed());
}

#[test]
fn where_there_is_no_page_the_remedy_is_told() {
    let empty = TempDir::new().expect("a folder");
    for config in [
        config(Some(empty.path()), Some(carried())),
        config(None, Some(Carried::new([]))),
    ] {
        let fault = Site::of(&config).fault().map(str::to_owned);
        assert!(fault.is_some_and(|fault| fault.contains("give its folder with --site")));
    }
}
