//! A real Kafka of a test's own: free ports, a folder of its own, ended with the value or with the test's process.

#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a test waits for Kafka: on a busy machine it starts for half a minute.
const ANSWER_MAX: Duration = Duration::from_secs(180);

/// Runs the server until the standard input ends, as it does however the test's process ends.
const WATCHED: &str = r#"
"$@" & server=$!
echo $server >"$0/pid"
cat >/dev/null
kill -KILL $server 2>/dev/null
wait $server
[ -e "$0/keep" ] || rm -rf "$0"
"#;

pub struct KafkaServer {
    ports: Ports,
    /// Where a test's proxy takes clients.
    proxy: TcpListener,
    folder: TempDir,
    process: Child,
}

#[derive(Clone, Copy)]
struct Ports {
    clients: u16,
    controller: u16,
    /// For clients that come through a proxy: brokers tell everybody where to connect.
    behind_proxy: u16,
    proxy: u16,
}

impl KafkaServer {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let proxy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        for _ in 0..10 {
            let ports = Ports {
                clients: free_port(),
                controller: free_port(),
                behind_proxy: free_port(),
                proxy: port_of(&proxy),
            };
            write_settings(folder.path(), ports);
            if let Some(process) = spawn(folder.path()) {
                return Self {
                    ports,
                    proxy,
                    folder,
                    process,
                };
            }
        }
        panic!("Kafka does not come up:\n{}", log(folder.path()))
    }

    /// Where the topic of this name is, made by who needs it.
    pub fn topic(&self, topic: &str) -> String {
        format!("kafka://{}/{topic}", self.address())
    }

    /// Where a proxy takes clients, and where it is to pass them to.
    pub fn proxied(&self) -> (TcpListener, String) {
        let proxy = self.proxy.try_clone().expect("a socket can be shared");
        (proxy, format!("127.0.0.1:{}", self.ports.behind_proxy))
    }

    /// What `kafka-topics.sh` does.
    pub fn topics(&self, arguments: &[&str]) -> String {
        let done = java()
            .args(["org.apache.kafka.tools.TopicCommand", "--bootstrap-server"])
            .arg(self.address())
            .args(arguments)
            .output()
            .expect("java runs");
        let told = [done.stdout, done.stderr].concat();
        let told = String::from_utf8_lossy(&told);
        assert!(done.status.success(), "{arguments:?}: {told}");
        told.into_owned()
    }

    pub fn url(&self) -> String {
        self.topic("confab")
    }

    /// Where its brokers are reached.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.ports.clients)
    }

    /// As kill -9 does.
    pub fn kill(&mut self) {
        keep(self.folder.path());
        drop(self.process.stdin.take());
        self.process.wait().expect("the process ends");
    }

    /// Comes back where it was, with what it had.
    pub fn start_again(&mut self) {
        self.kill();
        let process = spawn(self.folder.path());
        self.process = process.expect("the ports are still free");
    }

    /// Stops it without ending it: sockets stay open, nothing is answered.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn pid(&self) -> String {
        let pid = fs::read_to_string(self.folder.path().join("pid"));
        pid.expect("it was started").trim().to_owned()
    }

    fn signal(&self, signal: &str) {
        let pid = self.pid();
        let status = Command::new("kill").args([signal, &pid]).status();
        assert!(status.expect("kill runs").success());
    }
}

impl Drop for KafkaServer {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait(); // it has been killed before, then
    }
}

fn write_settings(folder: &Path, ports: Ports) {
    let Ports {
        clients,
        controller,
        behind_proxy,
        proxy,
    } = ports;
    let data = folder.join("data");
    fs::create_dir_all(&data).expect("a folder");
    let settings = format!(
        "process.roles=broker,controller\n\
         node.id=1\n\
         controller.quorum.voters=1@127.0.0.1:{controller}\n\
         listeners=DIRECT://127.0.0.1:{clients},PROXIED://127.0.0.1:{behind_proxy},CONTROLLER://127.0.0.1:{controller}\n\
         advertised.listeners=DIRECT://127.0.0.1:{clients},PROXIED://127.0.0.1:{proxy}\n\
         inter.broker.listener.name=DIRECT\n\
         controller.listener.names=CONTROLLER\n\
         listener.security.protocol.map=DIRECT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT\n\
         log.dirs={}\n\
         offsets.topic.replication.factor=1\n\
         broker.heartbeat.interval.ms=500\n\
         broker.session.timeout.ms=4000\n",
        data.display()
    );
    fs::write(folder.join("server.properties"), settings).expect("a file");
    // As `kafka-storage.sh format` writes it, without two seconds of a Java.
    let meta = "version=1\ncluster.id=MkU3OEVBNTcwNTJENDM2Qk\nnode.id=1\ndirectory.id=MkU3OEVBNTcwNTJENDM2Qg\n";
    fs::write(data.join("meta.properties"), meta).expect("a file");
}

/// Returns when it serves; nothing if it ended, for instance because a port was taken meanwhile.
fn spawn(folder: &Path) -> Option<Child> {
    keep(folder);
    let server = java();
    let mut process = Command::new("sh")
        .args(["-c", WATCHED])
        .arg(folder)
        .arg(server.get_program())
        .args(server.get_args())
        .arg("kafka.Kafka")
        .arg(folder.join("server.properties"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(fs::File::create(folder.join("log")).expect("a file"))
        .spawn()
        .expect("sh runs");
    let deadline = Instant::now() + ANSWER_MAX;
    loop {
        let log = log(folder);
        if log.contains("Kafka Server started") {
            fs::remove_file(folder.join("keep")).expect("it was written");
            return Some(process);
        }
        let ended = process.try_wait().expect("the process can be asked");
        if ended.is_some() || has_failed(&log) {
            drop(process.stdin.take());
            process.wait().expect("the process ends");
            return None;
        }
        assert!(Instant::now() < deadline, "Kafka does not start:\n{log}");
        sleep(Duration::from_millis(20));
    }
}

/// Another test's server may have taken a port.
fn has_failed(log: &str) -> bool {
    [
        "Exiting Kafka",
        "Could not find or load main class",
        ": not found",
    ]
    .iter()
    .any(|text| log.contains(text))
}

fn java() -> Command {
    let mut java = Command::new("java");
    java.args([
        "-Xmx256m",
        "-Xms64m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
    ]);
    java.arg("-cp").arg(jars().join("*"));
    java
}

/// Where `bin/setup all` puts Kafka: in the target folder of the workspace.
fn jars() -> PathBuf {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut found = folders.map(|folder| folder.join("target/kafka"));
    found
        .find(|jars| jars.exists())
        .expect("Kafka is installed; bin/setup all does it")
}

fn keep(folder: &Path) {
    fs::write(folder.join("keep"), "").expect("it is written");
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    port_of(&listener)
}

fn port_of(listener: &TcpListener) -> u16 {
    listener.local_addr().expect("it is bound").port()
}
