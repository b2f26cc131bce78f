//! A node as an operator runs it: a process.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::timeout;

use super::PATIENCE;

pub struct Node {
    /// `http://127.0.0.1:port`
    pub url: String,
    child: Child,
    log: Log,
}

#[derive(Clone)]
struct Log {
    lines: Arc<Mutex<String>>,
    grown: watch::Receiver<usize>,
}

impl Node {
    /// Starts a node on a free port and waits until it is open; its log if it ends instead.
    pub async fn start(flags: &[String], folder: &Path) -> Result<Self, String> {
        Self::start_in(flags, folder, &[]).await
    }

    /// The same with these variables in its environment.
    pub async fn start_in(
        flags: &[String],
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Self, String> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_confab"))
            .envs(environment.iter().copied())
            .args(["--listen", "127.0.0.1:0", "--log", "info,server=debug"])
            .args(flags)
            .current_dir(folder)
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary is built");
        let mut log = Log::follow(child.stderr.take().expect("it is piped"));
        let url = tokio::select! {
            url = log.wait(|line| line.split_once(" open ").map(|(_, url)| url.trim().to_owned())) => url,
            ended = child.wait() => {
                let status = ended.expect("it was started");
                log.ended().await;
                return Err(format!("{status}\n{}", log.text()));
            }
        };
        Ok(Self { url, child, log })
    }

    /// kill −9.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it runs");
    }

    /// Returns when it has died by itself.
    pub async fn dies(mut self) {
        let status = timeout(PATIENCE, self.child.wait())
            .await
            .expect("it dies in time");
        let status = status.expect("it was started");
        assert!(!status.success(), "{status}");
    }

    /// SIGTERM; returns when the node has ended, which must be well.
    pub async fn stop(mut self) {
        self.terminate().await;
        let status = timeout(PATIENCE, self.child.wait())
            .await
            .expect("it stops in time");
        let status = status.expect("it was started");
        assert!(status.success(), "{status}\n{}", self.log.text());
    }

    pub async fn terminate(&self) {
        let pid = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(sent.expect("kill is there").success());
    }

    /// Waits until it has started anew by itself, for the first time.
    pub async fn opens_again(&mut self) {
        let is_open = |text: &str| text.matches(" open http").count() > 1;
        timeout(PATIENCE, self.log.wait_for(is_open))
            .await
            .unwrap_or_else(|_| panic!("it does not open again:\n{}", self.log.text()));
    }

    /// Waits for a line of the log with all of these texts.
    pub async fn logs(&mut self, texts: &[&str]) {
        let found = |line: &str| texts.iter().all(|text| line.contains(text)).then_some(());
        timeout(PATIENCE, self.log.wait(found))
            .await
            .unwrap_or_else(|_| panic!("no line with {texts:?} in the log:\n{}", self.log.text()));
    }

    /// All it has logged until now.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Kilobytes of memory the process has now.
    pub fn memory_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id().expect("it runs"));
        let status = std::fs::read_to_string(path).expect("it runs");
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .expect("there is such a line");
        line.split_whitespace()
            .nth(1)
            .and_then(|kib| kib.parse().ok())
            .expect("a number")
    }

    /// Files and sockets the process has open now.
    pub fn open_files(&self) -> usize {
        let path = format!("/proc/{}/fd", self.child.id().expect("it runs"));
        std::fs::read_dir(path).expect("it runs").count()
    }

    /// The value of a line of `/metrics`; 0 if it was never counted.
    pub async fn counts(&self, line: &str) -> u64 {
        let answer = reqwest::get(format!("{}/metrics", self.url)).await;
        let text = answer.expect("an answer").text().await.expect("text");
        let value = text
            .lines()
            .find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
        value.map_or(0, |value| value.parse().expect("a number"))
    }
}

impl Log {
    fn follow(stderr: tokio::process::ChildStderr) -> Self {
        let lines = Arc::new(Mutex::new(String::new()));
        let (grew, grown) = watch::channel(0);
        let log = Self {
            lines: lines.clone(),
            grown,
        };
        tokio::spawn(async move {
            let mut reader = BufReader::new(stderr).lines();
            while let Ok(Some(line)) = reader.next_line().await {
                let mut lines = lines.lock().expect("no holder panics");
                lines.push_str(&line);
                lines.push('\n');
                grew.send_replace(lines.len());
            }
        });
        log
    }

    async fn wait<T>(&mut self, found: impl Fn(&str) -> Option<T>) -> T {
        loop {
            self.grown.borrow_and_update();
            if let Some(found) = self.text().lines().find_map(&found) {
                return found;
            }
            if self.grown.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    async fn wait_for(&mut self, is_so: impl Fn(&str) -> bool) {
        loop {
            self.grown.borrow_and_update();
            if is_so(&self.text()) {
                return;
            }
            if self.grown.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    async fn ended(&mut self) {
        while self.grown.changed().await.is_ok() {}
    }

    fn text(&self) -> String {
        self.lines.lock().expect("no holder panics").clone()
    }
}
