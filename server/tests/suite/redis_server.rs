//! A real Redis of a test's own: a free port, a folder of its own, ended with the value.

#![allow(dead_code, reason = "each test file uses its part")]

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use redis::AsyncConnectionConfig;
use tempfile::TempDir;

/// How long a test waits for Redis.
const ANSWER_MAX: Duration = Duration::from_secs(10);

pub struct RedisServer {
    port: u16,
    folder: TempDir,
    /// Besides its port and folder.
    arguments: Vec<String>,
    process: Child,
}

impl RedisServer {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// With these settings besides.
    pub fn start_with(settings: &[&str]) -> Self {
        for _ in 0..10 {
            let folder = tempfile::tempdir().expect("a folder can be made");
            let settings = settings.iter().map(|&text| text.to_owned());
            if let Some(server) = Self::on(free_port(), folder, settings.collect()) {
                return server;
            }
        }
        panic!("redis-server does not come up on any port")
    }

    /// On this port; none if it is taken meanwhile.
    pub fn on(port: u16, folder: TempDir, arguments: Vec<String>) -> Option<Self> {
        let process = spawn(port, &folder, &arguments)?;
        Some(Self {
            port,
            folder,
            arguments,
            process,
        })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// As kill -9 does.
    pub fn kill(&mut self) {
        self.process.kill().expect("the process can be ended");
        self.process.wait().expect("the process ends");
    }

    /// Comes back where it was, empty.
    pub fn start_again(&mut self) {
        self.kill();
        self.process =
            spawn(self.port, &self.folder, &self.arguments).expect("the port is still free");
    }

    /// Stops it without ending it: sockets stay open, nothing is answered.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    /// A connection of the test's own.
    pub async fn connection(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(self.url()).expect("an address");
        // The library's half second is too short for a save on a busy disk.
        let patient = AsyncConnectionConfig::new().set_response_timeout(Some(ANSWER_MAX));
        client
            .get_multiplexed_async_connection_with_config(&patient)
            .await
            .expect("Redis answers")
    }

    /// Has it done.
    pub async fn ask(&self, command: &redis::Cmd) {
        let mut link = self.connection().await;
        command.exec_async(&mut link).await.expect("Redis does it");
    }

    /// What it answers to this; nothing if it does not.
    pub fn info(&self, command: &str) -> String {
        ask(self.port, command).unwrap_or_default()
    }

    fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        let status = Command::new("kill")
            .args([signal, &pid])
            .status()
            .expect("kill runs");
        assert!(status.success());
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

/// Returns when it answers; nothing if it ended, for instance because the port was taken meanwhile.
fn spawn(port: u16, folder: &TempDir, arguments: &[String]) -> Option<Child> {
    let mut process = Command::new("redis-server")
        .args(arguments)
        .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .args(["--port", &port.to_string()])
        .arg("--dir")
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is installed");
    let deadline = Instant::now() + ANSWER_MAX;
    while process
        .try_wait()
        .expect("the process can be asked")
        .is_none()
    {
        if answers(port, process.id()) {
            return Some(process);
        }
        if Instant::now() > deadline {
            process.kill().expect("the process can be ended");
            panic!("redis-server does not answer");
        }
        sleep(Duration::from_millis(2));
    }
    None
}

/// Whether the Redis of this process answers there; another test's may have taken the port.
fn answers(port: u16, pid: u32) -> bool {
    let own = format!("process_id:{pid}\r\n");
    ask(port, "INFO server").is_ok_and(|answer| answer.contains(&own))
}

/// What the server there answers before it closes.
fn ask(port: u16, command: &str) -> std::io::Result<String> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    connection.set_read_timeout(Some(ANSWER_MAX))?;
    connection.write_all(format!("{command}\r\n").as_bytes())?;
    // It answers, and then it closes too; a sentinel does not know QUIT.
    connection.shutdown(Shutdown::Write)?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer)
}
