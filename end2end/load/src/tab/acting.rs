//! What the engine asks a tab to do.

use client::{Action, Engine, Millis};
use protocol::Command;

use super::Tab;
use crate::ledger::Written;
use crate::wire::Wire;

impl Tab {
    /// Tells the engine something, and does what it asks for.
    pub(super) async fn tell<T>(
        &mut self,
        tell: impl FnOnce(&mut Engine, Millis) -> T,
    ) -> Option<T> {
        let now = self.world.now();
        let engine = self.engine.as_mut()?;
        let answer = tell(engine, now);
        for action in engine.take_actions() {
            self.act(action).await;
        }
        Some(answer)
    }

    async fn act(&mut self, action: Action) {
        match action {
            Action::Connect { url } => self.wire = Wire::dial(url, self.headers()),
            Action::Transmit(command) => self.transmit(&command).await,
            Action::Disconnect { code } => self.wire.close(code).await,
            Action::Fetch { room, url, token } => {
                let is_home = url.starts_with(&self.home);
                let older = self.visitor.clone().older(url, token, is_home);
                self.page = Some(Box::pin(async move { (room, older.await) }));
            }
            Action::Persist(outbox) => self.kept = outbox,
            Action::Reload => self.reload().await,
            Action::Changed => self.has_changed = true,
        }
    }

    /// What a browser says with the handshake. The cookie is only for the host of the page; elsewhere the token of the last
    /// welcome stands in.
    fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![("origin", self.home.clone())];
        let node = self.engine.as_ref().map(Engine::node);
        if node == Some(self.home.as_str()) {
            headers.push(("cookie", self.visitor.cookie().to_owned()));
        }
        headers
    }

    async fn transmit(&mut self, command: &Command) {
        self.witness.say(command);
        if let Command::Send { cid, .. } = command
            && let (Some(written), Some(engine)) = (Written::parse(cid), &self.engine)
        {
            self.world.sent(written, engine.node());
        }
        let text = serde_json::to_string(command).expect("a command is JSON");
        self.wire.send(text).await;
    }
}
