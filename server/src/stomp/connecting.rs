//! CONNECT: what both sides agree on, and who it is.

use std::time::Duration;

use protocol::{Close, Person};
use tokio::time::timeout;

use super::beats::{self, Wanted};
use super::client::Client;
use super::end::End;
use super::frame::{self, Frame, Version};
use super::inside::Inside;
use crate::session;
use crate::socket::Socket;
use crate::store::Token;

/// How long it may take to find out whose cookie it is.
const RECOGNISE_MAX: Duration = Duration::from_secs(5);

impl Client {
    pub(super) async fn connect(&mut self, frame: &Frame) -> Result<(), End> {
        let Some(version) = Version::accepted(frame.header("accept-version")) else {
            let says = "accept-version has none of 1.2, 1.1 and 1.0, which are spoken here";
            return Err(End::refused(says, None));
        };
        let Some(wanted) = Wanted::parse(frame.header("heart-beat")) else {
            let says = "heart-beat is two numbers of milliseconds, such as 10000,10000";
            return Err(End::refused(says, None));
        };
        let known = match self.cookie.take() {
            Some(token) => self.recognise(&token).await?.map(|person| (person, token)),
            None => None,
        };
        self.version = Some(version);
        self.beats.agree(wanted);
        let every = beats::EVERY.as_millis();
        let (beat, id) = (format!("{every},{every}"), self.id.to_string());
        let mut headers = vec![
            ("version", version.as_str()),
            ("heart-beat", &beat),
            ("server", "Confab"),
            ("session", &id),
        ];
        let name = known.as_ref().map(|(person, _)| person.name.to_string());
        headers.extend(name.as_deref().map(|name| ("user-name", name)));
        self.tell
            .push(frame::write(version, "CONNECTED", &headers, ""));
        match known {
            Some((person, token)) => self.begin(person, token, None),
            None => Ok(()),
        }
    }

    pub(super) async fn recognise(&mut self, token: &Token) -> Result<Option<Person>, End> {
        let recognised = timeout(RECOGNISE_MAX, self.node.chat.directory.recognise(token)).await;
        match recognised {
            Ok(Ok(signed_in)) => Ok(signed_in.map(|signed_in| signed_in.person)),
            _ => Err(Close::Overload.into()),
        }
    }

    /// Begins the session of whom this is from now on.
    pub(super) fn begin(
        &mut self,
        me: Person,
        token: Token,
        receipt: Option<String>,
    ) -> Result<(), End> {
        let (inside, end) = Inside::new(me, receipt);
        self.node.run_session(session::Arrival {
            chat: self.node.chat.clone(),
            admission: self.node.admission.clone(),
            socket: Socket::piped(end),
            token: Some(token),
            id: self.id.clone(),
        });
        inside.hello()?;
        self.inside = Some(inside);
        Ok(())
    }
}
