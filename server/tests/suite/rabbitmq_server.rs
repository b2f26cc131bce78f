//! A real RabbitMQ of a test's own: free ports, a folder and an epmd of its own, ended with the value or with the test's process.

#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a test waits for RabbitMQ: a start takes five seconds on a machine with nothing else to do.
const ANSWER_MAX: Duration = Duration::from_secs(120);

/// Where Debian has the scripts that run as whoever calls them.
const PROGRAMS: &str = "/usr/lib/rabbitmq/bin";

/// Runs the server until the standard input ends, as it does however the test's process ends, and leaves nothing behind but what
/// is to be started again.
const WATCHED: &str = r#"
epmd -port "$ERL_EPMD_PORT" & epmd=$!
"$@" & server=$!
echo $server > "$0/pid"
cat >/dev/null
kill -KILL $server 2>/dev/null
wait $server
kill $epmd
wait $epmd
[ -e "$0/keep" ] || rm -rf "$0"
"#;

pub struct RabbitmqServer {
    ports: Ports,
    folder: TempDir,
    process: Child,
}

/// Of the broker, of its node among Erlang nodes, and of what names those.
#[derive(Clone, Copy)]
struct Ports {
    amqp: u16,
    node: u16,
    names: u16,
}

impl RabbitmqServer {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        for _ in 0..10 {
            let ports = Ports::free();
            if let Some(process) = spawn(ports, folder.path()) {
                return Self {
                    ports,
                    folder,
                    process,
                };
            }
        }
        panic!("rabbitmq-server does not come up on any port")
    }

    pub fn url(&self) -> String {
        format!("amqp://127.0.0.1:{}", self.ports.amqp)
    }

    /// As kill -9 does.
    pub fn kill(&mut self) {
        keep(self.folder.path());
        self.signal("-KILL");
        drop(self.process.stdin.take());
        self.process.wait().expect("the process ends");
    }

    /// Comes back where it was.
    pub fn start_again(&mut self) {
        self.kill();
        self.process = spawn(self.ports, self.folder.path()).expect("the ports are still free");
    }

    /// Stops it without ending it: sockets stay open, nothing is answered.
    pub fn freeze(&self) {
        self.signal("-STOP");
        let deadline = Instant::now() + ANSWER_MAX;
        while !is_in(self.folder.path(), 'T') {
            assert!(Instant::now() < deadline, "it does not stop");
            sleep(Duration::from_millis(1));
        }
    }

    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    /// What an operator does on the broker's own host; what it said.
    pub fn rabbitmqctl(&self, arguments: &[&str]) -> String {
        let told = Command::new(Path::new(PROGRAMS).join("rabbitmqctl"))
            .envs(self.ports.environment(self.folder.path()))
            .arg("--quiet")
            .args(arguments)
            .output()
            .expect("rabbitmqctl is installed");
        let said = [told.stdout, told.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(told.status.success(), "{arguments:?}: {said}");
        said
    }

    fn signal(&self, signal: &str) {
        let pid = fs::read_to_string(self.folder.path().join("pid")).expect("it was started");
        // It may have been ended before.
        let _ = Command::new("kill")
            .args([signal, pid.trim()])
            .stderr(Stdio::null())
            .status();
    }
}

impl Drop for RabbitmqServer {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait(); // it has been killed before, then
    }
}

impl Ports {
    fn free() -> Self {
        // All at once, so that they differ.
        let listeners =
            [(); 3].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free"));
        let [amqp, node, names] =
            listeners.map(|listener| listener.local_addr().expect("it is bound").port());
        Self { amqp, node, names }
    }

    fn environment(self, folder: &Path) -> Vec<(&'static str, String)> {
        let Self { amqp, node, names } = self;
        let at = |name: &str| folder.join(name).display().to_string();
        vec![
            ("HOME", at("")),
            ("ERL_EPMD_ADDRESS", "127.0.0.1".to_owned()),
            ("ERL_EPMD_PORT", names.to_string()),
            ("RABBITMQ_NODENAME", format!("broker{amqp}@localhost")),
            ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1".to_owned()),
            ("RABBITMQ_NODE_PORT", amqp.to_string()),
            ("RABBITMQ_DIST_PORT", node.to_string()),
            ("RABBITMQ_CONF_ENV_FILE", at("none")),
            ("RABBITMQ_CONFIG_FILE", at("none")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", at("plugins")),
            ("RABBITMQ_MNESIA_BASE", at("mnesia")),
            ("RABBITMQ_LOG_BASE", at("")),
            ("RABBITMQ_LOGS", at("log")),
            // One scheduler that does not spin: the tests share two cores.
            (
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none".to_owned(),
            ),
            // Then its script becomes the server, and does not wait for it.
            ("RUNNING_UNDER_SYSTEMD", "true".to_owned()),
        ]
    }
}

/// Returns when it is up; nothing if it ended, for instance because a port was taken meanwhile.
fn spawn(ports: Ports, folder: &Path) -> Option<Child> {
    keep(folder);
    let log = folder.join("log");
    // Of one that was killed.
    let _ = (fs::remove_file(&log), fs::remove_file(folder.join("pid")));
    fs::write(folder.join("plugins"), "[].").expect("it is written");
    let mut process = Command::new("sh")
        .args(["-c", WATCHED])
        .arg(folder)
        .arg(Path::new(PROGRAMS).join("rabbitmq-server"))
        .envs(ports.environment(folder))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(fs::File::create(folder.join("out")).expect("a file"))
        .stderr(fs::File::create(folder.join("err")).expect("a file"))
        .spawn()
        .expect("sh runs");
    let deadline = Instant::now() + ANSWER_MAX;
    loop {
        let told = fs::read_to_string(&log).unwrap_or_default();
        let ended = process.try_wait().expect("the process can be asked");
        if ended.is_some() || has_ended(folder) {
            drop(process.stdin.take());
            process.wait().expect("the process ends");
            return None;
        }
        if told.contains("Server startup complete") {
            fs::remove_file(folder.join("keep")).expect("it was written");
            return Some(process);
        }
        assert!(
            Instant::now() < deadline,
            "rabbitmq-server does not answer:\n{told}"
        );
        sleep(Duration::from_millis(10));
    }
}

fn has_ended(folder: &Path) -> bool {
    let pid = fs::read_to_string(folder.join("pid")).unwrap_or_default();
    let is_there = Path::new("/proc").join(pid.trim()).exists();
    !pid.is_empty() && (!is_there || is_in(folder, 'Z'))
}

/// Whether all threads of the server are in this state (proc(5), of `stat`).
fn is_in(folder: &Path, state: char) -> bool {
    let pid = fs::read_to_string(folder.join("pid")).unwrap_or_default();
    let threads = Path::new("/proc").join(pid.trim()).join("task");
    let mut threads = fs::read_dir(threads).into_iter().flatten().flatten();
    threads.all(|thread| {
        let status = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        status.contains(&format!(") {state} "))
    })
}

/// The server may end, and what it has stays.
fn keep(folder: &Path) {
    fs::write(folder.join("keep"), "").expect("it is written");
}
