//! The files in `deploy/`, as far as they can be looked at without what they are for.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

const CONFAB: &str = env!("CARGO_BIN_EXE_confab");

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8(text).expect("text")
}

/// The words of these signs that begin so, and go on.
fn words(text: &str, begins: &str, fits: fn(char) -> bool) -> BTreeSet<String> {
    let words = text.split(|c| !fits(c));
    let found = words.filter(|word| word.len() > begins.len() && word.starts_with(begins));
    found.map(str::to_owned).collect()
}

#[test]
fn every_setting_they_name_is_one() {
    let help = Command::new(CONFAB).arg("--help").output();
    let help = said(&help.expect("it runs"));
    let variable: fn(char) -> bool = |c| c.is_ascii_uppercase() || c == '_';
    let known = words(&help, "CONFAB_", variable);
    for path in ["Dockerfile", "compose.yaml", "confab.service"] {
        let named = words(&read(&format!("deploy/{path}")), "CONFAB_", variable);
        assert!(!named.is_empty(), "{path} sets something");
        for one in named {
            assert!(known.contains(&one), "{path}: {one}");
        }
    }
    let flag: fn(char) -> bool = |c| c.is_ascii_lowercase() || c == '-';
    let known = words(&help, "--", flag);
    for one in words(&read("deploy/nginx.conf"), "--", flag) {
        assert!(known.contains(&one), "nginx.conf: {one}");
    }
}

/// What systemd's own tool says of the unit, with our program where the installed one would be.
fn systemd_says(arguments: &[&str]) -> Output {
    let folder = TempDir::new().expect("a folder");
    let unit = read("deploy/confab.service");
    let installed = "ExecStart=/usr/local/bin/confab\n";
    assert!(
        unit.contains(installed),
        "the unit starts what was installed"
    );
    let unit = unit.replace(installed, &format!("ExecStart={CONFAB}\n"));
    let path = folder.path().join("confab.service");
    std::fs::write(&path, unit).expect("it is written");
    let asked = Command::new("systemd-analyze")
        .args(arguments)
        .arg(&path)
        .output();
    asked.expect("systemd-analyze is there: bin/setup installs it")
}

#[test]
fn the_unit_is_one_that_systemd_takes() {
    let verified = systemd_says(&["verify", "--man=no"]);
    assert_eq!(
        (verified.status.code(), said(&verified).as_str()),
        (Some(0), "")
    );
}

#[test]
fn the_unit_lets_a_node_do_only_what_it_needs() {
    // In tenths, of 10 for what may do everything.
    let judged = systemd_says(&["security", "--offline=yes", "--threshold=15", "--no-pager"]);
    assert!(judged.status.success(), "{}", said(&judged));
}

#[test]
fn the_nodes_of_compose_are_those_of_nginx() {
    let (compose, nginx) = (read("deploy/compose.yaml"), read("deploy/nginx.conf"));
    let after = |line: &str, key: &str| {
        let value = line.trim().strip_prefix(key)?;
        value.split([' ', ':', ';']).next().map(str::to_owned)
    };
    let upstream: Vec<_> = nginx
        .lines()
        .filter_map(|line| after(line, "server 1"))
        .collect();
    let given: Vec<_> = compose
        .lines()
        .filter_map(|line| after(line, "ipv4_address: 1"))
        .collect();
    assert_eq!(given.len(), 3, "two nodes and nginx");
    let nodes = &given[..2];
    assert_eq!(upstream, [nodes, nodes].concat(), "by load, and SockJS's");
    let trusted = format!("CONFAB_TRUSTED_PROXIES: 1{}\n", given[2]);
    assert!(compose.contains(&trusted), "the nodes believe their nginx");
    assert!(compose.contains("./nginx.conf:/etc/nginx/conf.d/default.conf:ro"));
}

#[test]
fn the_image_is_built_with_the_rust_of_this_project() {
    let toolchain = read("rust-toolchain.toml");
    let channel = toolchain
        .lines()
        .find_map(|line| line.strip_prefix("channel = \""));
    let channel = channel
        .and_then(|channel| channel.split_once(".0\""))
        .expect("a version")
        .0;
    let image = read("deploy/Dockerfile");
    assert!(
        image.contains(&format!("FROM rust:{channel}-")),
        "{channel}"
    );
    assert!(image.contains("bin/build") && root().join("bin/build").is_file());
    assert!(image.contains("USER 65532"), "not as root");
}
