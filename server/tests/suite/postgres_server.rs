//! A real PostgreSQL of a test's own: a free port, a folder of its own, ended with the value or with the test's process.

#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a test waits for PostgreSQL.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// Who may write and is nobody else: the server refuses to run as root.
const USER: &str = "postgres";

/// Runs the server until the standard input ends, as it does however the test's process ends, and leaves nothing behind but what
/// is to be started again.
const WATCHED: &str = r#"
"$@" & server=$!
cat >/dev/null
kill -QUIT $server 2>/dev/null
wait $server
[ -e "$0/keep" ] || rm -rf "$0"
"#;

pub struct PostgresServer {
    port: u16,
    folder: TempDir,
    process: Child,
    databases: AtomicUsize,
}

impl PostgresServer {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        if is_root() {
            run(Command::new("chown").arg(USER).arg(folder.path()));
        }
        run(unprivileged(&program("initdb"))
            .args([
                "-U",
                "confab",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
                "-D",
            ])
            .arg(folder.path().join("db"))
            .stdout(Stdio::null()));
        for _ in 0..10 {
            let port = free_port();
            if let Some(process) = spawn(port, folder.path()) {
                let server = Self {
                    port,
                    folder,
                    process,
                    databases: AtomicUsize::new(0),
                };
                server.perform("postgres", "CREATE ROLE node LOGIN");
                return server;
            }
        }
        panic!("postgres does not come up on any port")
    }

    /// An empty database of a user without any rights elsewhere.
    pub fn database(&self) -> String {
        let name = format!("log{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.perform("postgres", &format!("CREATE DATABASE {name} OWNER node"));
        self.address("node", &name)
    }

    /// As an administrator of the server.
    pub fn perform(&self, database: &str, sql: &str) -> String {
        let told = Command::new("psql")
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql])
            .arg(self.address("confab", database))
            .output()
            .expect("psql is installed");
        assert!(
            told.status.success(),
            "{sql}: {}",
            String::from_utf8_lossy(&told.stderr)
        );
        String::from_utf8_lossy(&told.stdout).trim().to_owned()
    }

    /// As kill -9 of all its processes does.
    pub fn kill(&mut self) {
        let pids = self.pids();
        keep(self.folder.path());
        signal("-KILL", &pids);
        drop(self.process.stdin.take());
        self.process.wait().expect("the process ends");
        // Its children end when they find it gone.
        let is_there = |pid: &String| Path::new("/proc").join(pid).exists();
        wait_until("it is gone", || !pids.iter().any(is_there));
    }

    /// As an administrator stops it: nobody connected is waited for, and what it has is on the disk.
    pub fn stop(&mut self) {
        let server = self.pids().pop().expect("the server is the last one");
        keep(self.folder.path());
        signal("-INT", &[server]);
        let file = self.folder.path().join("db/postmaster.pid");
        wait_until("it has stopped", || !file.exists());
        drop(self.process.stdin.take());
        self.process.wait().expect("the process ends");
    }

    /// Comes back where it was, with what it had.
    pub fn start_again(&mut self) {
        self.process = spawn(self.port, self.folder.path()).expect("the port is still free");
    }

    /// Comes back as a standby that takes over does, on a timeline of its own.
    pub fn take_over(&mut self) {
        let standby = self.folder.path().join("db/standby.signal");
        fs::write(standby, "").expect("it is written");
        self.start_again();
        self.perform("postgres", "SELECT pg_promote()");
    }

    /// The file of a copy of the database at this address.
    pub fn dump(&self, address: &str) -> PathBuf {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let (_, file) = file.keep().expect("it stays");
        let options = ["--format=custom", "--file"];
        run(Command::new("pg_dump")
            .args(options)
            .arg(&file)
            .arg(address));
        file
    }

    /// Puts a dump in the place of the database.
    pub fn put_back(&self, address: &str, dump: &Path) {
        let name = address.rsplit('/').next().expect("it names the database");
        self.perform("postgres", &format!("DROP DATABASE {name} WITH (FORCE)"));
        self.perform("postgres", &format!("CREATE DATABASE {name} OWNER node"));
        run(Command::new("pg_restore")
            .args(["--exit-on-error", "--dbname", address])
            .arg(dump));
        fs::remove_file(dump).expect("it was there");
    }

    /// Stops it without ending it: sockets stay open, nothing is answered.
    pub fn freeze(&self) {
        signal("-STOP", &self.pids());
    }

    pub fn thaw(&self) {
        signal("-CONT", &self.pids());
    }

    fn address(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
    }

    /// Of the server and its children.
    fn pids(&self) -> Vec<String> {
        let file = self.folder.path().join("db/postmaster.pid");
        let file = fs::read_to_string(file).expect("it runs");
        let server = file.lines().next().expect("its pid").to_owned();
        let children = format!("/proc/{server}/task/{server}/children");
        let children = fs::read_to_string(children).unwrap_or_default();
        let children = children.split_whitespace().map(str::to_owned);
        children.chain([server.clone()]).collect()
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait(); // it has been killed before, then
    }
}

fn spawn(port: u16, folder: &Path) -> Option<Child> {
    let database = folder.join("db");
    keep(folder);
    let _ = fs::remove_file(database.join("postmaster.pid")); // of one that was killed
    let mut process = Command::new("sh")
        .args(["-c", WATCHED])
        .arg(folder)
        .args(privileges_off())
        .arg(program("postgres"))
        .arg("-D")
        .arg(&database)
        .args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
        ])
        .args([
            "-c",
            &format!("port={port}"),
            "-c",
            "max_connections=300",
            "-c",
            "fsync=on",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(fs::File::create(folder.join("log")).expect("a file"))
        .spawn()
        .expect("sh runs");
    let deadline = Instant::now() + ANSWER_MAX;
    loop {
        let ended = process.try_wait().expect("the process can be asked");
        if ended.is_some() || has_failed(folder) {
            drop(process.stdin.take());
            process.wait().expect("the process ends");
            return None;
        }
        if is_ready(&database) && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            fs::remove_file(folder.join("keep")).expect("it was written");
            return Some(process);
        }
        assert!(Instant::now() < deadline, "postgres does not answer");
        sleep(Duration::from_millis(5));
    }
}

/// The server may end, and what it has stays.
fn keep(folder: &Path) {
    fs::write(folder.join("keep"), "").expect("it is written");
}

/// Another test's server may have taken the port.
fn has_failed(folder: &Path) -> bool {
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    log.contains("FATAL:  could not create any TCP/IP sockets")
}

/// As the last line of its own file says (https://www.postgresql.org/docs/current/storage-file-layout.html).
fn is_ready(database: &Path) -> bool {
    let told = fs::read_to_string(database.join("postmaster.pid")).unwrap_or_default();
    told.lines()
        .nth(7)
        .is_some_and(|line| line.trim() == "ready")
}

/// Debian keeps it apart from what is on the path, by version.
fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin").join(name)))
        })
        .filter(|(_, path)| path.exists())
        .collect();
    found.sort();
    found.pop().map_or_else(|| name.into(), |(_, path)| path)
}

fn unprivileged(program: &Path) -> Command {
    let mut words = privileges_off()
        .into_iter()
        .map(PathBuf::from)
        .chain([program.into()]);
    let mut command = Command::new(words.next().expect("at least the program"));
    command.args(words);
    command
}

fn privileges_off() -> Vec<String> {
    let words = ["setpriv", "--clear-groups"].map(str::to_owned);
    let user = [format!("--reuid={USER}"), format!("--regid={USER}")];
    if is_root() {
        words.into_iter().chain(user).collect()
    } else {
        Vec::new()
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self")
        .expect("the system tells of itself")
        .uid()
        == 0
}

fn run(command: &mut Command) {
    let status = command
        .status()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}");
}

fn signal(signal: &str, pids: &[String]) {
    // A child may have ended by itself.
    let _ = Command::new("kill")
        .arg(signal)
        .args(pids)
        .stderr(Stdio::null())
        .status();
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + ANSWER_MAX;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not in time");
        sleep(Duration::from_millis(5));
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}
