//! A STOMP client's connection: text in, text out, plain or as SockJS wraps it.

use axum::extract::ws::Utf8Bytes;
use protocol::Close;
use tokio::sync::watch;

use super::polled::{self, Attended};
use crate::socket::{Received, Socket};

pub struct Outside {
    socket: Socket,
    is_sockjs: bool,
    /// Whether somebody listens, where that is a request after the other.
    attended: Option<watch::Receiver<Attended>>,
}

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Texts(Vec<String>),
    Sign,
    Gone,
    Broken(Close),
}

impl Outside {
    /// STOMP in a WebSocket's frames.
    pub fn plain(socket: Socket) -> Self {
        Self {
            socket,
            is_sockjs: false,
            attended: None,
        }
    }

    /// SockJS in a WebSocket's frames.
    pub fn sockjs(socket: Socket) -> Self {
        Self {
            is_sockjs: true,
            ..Self::plain(socket)
        }
    }

    /// SockJS by requests.
    pub(super) fn polled(socket: Socket, attended: watch::Receiver<Attended>) -> Self {
        Self {
            attended: Some(attended),
            ..Self::sockjs(socket)
        }
    }

    pub(super) async fn open(&mut self) -> Result<(), Close> {
        if self.is_sockjs {
            return self.socket.send(["o".into()]).await;
        }
        Ok(())
    }

    /// What comes next; nothing more, if nobody has listened for too long. Cancel safe.
    pub(super) async fn hear(&mut self) -> Heard {
        let received = tokio::select! {
            biased;
            received = self.socket.receive() => received,
            () = deserted(&mut self.attended) => return Heard::Gone,
        };
        match received {
            Received::Text(text) if self.is_sockjs => unwrapped(&text),
            Received::Text(text) => Heard::Texts(vec![text.to_string()]),
            Received::Sign => Heard::Sign,
            Received::Gone => Heard::Gone,
            Received::Broken(close) => Heard::Broken(close),
        }
    }

    /// Whether it is known that the other side is there without it saying so.
    pub(super) fn is_attended(&self) -> bool {
        let attended = self.attended.as_ref();
        attended.is_some_and(|attended| *attended.borrow() == Attended::Now)
    }

    pub(super) async fn tell(&mut self, texts: Vec<String>) -> Result<(), Close> {
        let is_sockjs = self.is_sockjs;
        let frame = |text: String| match is_sockjs {
            true => wrapped(&text),
            false => Utf8Bytes::from(text),
        };
        self.socket.send(texts.into_iter().map(frame)).await
    }

    /// Asks whether somebody is there.
    pub(super) async fn ask(&mut self) -> Result<(), Close> {
        if self.is_sockjs {
            self.socket.send(["h".into()]).await?;
        }
        match self.attended {
            Some(_) => Ok(()),
            None => self.socket.ping().await,
        }
    }

    /// Tells why it ends, in SockJS's words as well, and ends it.
    pub(super) async fn close(mut self, close: Close) {
        if self.is_sockjs {
            let frame = format!("c[{},\"{}\"]", close.code(), close.text());
            let _ = self.socket.send([frame.into()]).await; // who is gone does not hear it
        }
        self.socket.close(close).await;
    }
}

/// Waits until nobody has listened for too long; for ever, where it is a socket.
async fn deserted(attended: &mut Option<watch::Receiver<Attended>>) {
    match attended {
        Some(attended) => polled::deserted(attended).await,
        None => std::future::pending().await,
    }
}

fn wrapped(text: &str) -> Utf8Bytes {
    let json = serde_json::to_string(&[text]).expect("a text serialises");
    format!("a{json}").into()
}

/// SockJS's clients send an array of texts, some of them a text alone.
fn unwrapped(text: &str) -> Heard {
    if text.is_empty() {
        return Heard::Sign;
    }
    if let Ok(texts) = serde_json::from_str(text) {
        return Heard::Texts(texts);
    }
    match serde_json::from_str(text) {
        Ok(text) => Heard::Texts(vec![text]),
        Err(_) => Heard::Broken(Close::Protocol),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockjs_wraps_texts_in_arrays() {
        assert_eq!(wrapped("a\"\n\0é").as_str(), r#"a["a\"\n\u0000é"]"#);
        let texts =
            |texts: &[&str]| Heard::Texts(texts.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(unwrapped(r#"["a","b"]"#), texts(&["a", "b"]));
        assert_eq!(unwrapped(r#""a\u0000""#), texts(&["a\0"]));
        assert_eq!(unwrapped(""), Heard::Sign);
        for broken in ["[", "a", "[1]", "{}", "null"] {
            assert_eq!(
                unwrapped(broken),
                Heard::Broken(Close::Protocol),
                "{broken}"
            );
        }
    }
}
