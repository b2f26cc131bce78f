//! Somebody who speaks STOMP, frame by frame, over whichever transport.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::json;
use tokio::time::{interval, timeout};

use crate::frame::{Frame, Told, frame};
use crate::line::{Line, Way};
use crate::world::{Node, PATIENCE, Visitor};

/// Somebody connected, or about to be.
pub struct Speaker {
    /// Below STOMP.
    pub line: Line,
    told: VecDeque<Told>,
}

impl Speaker {
    /// A connection without CONNECT.
    pub async fn opens(node: &Node, way: Way, cookie: &str) -> Self {
        let mut speaker = Self::over(Line::opens(node, way, cookie).await);
        if way != Way::Plain {
            assert_eq!(speaker.is_told().await, Told::Sign('o'));
        }
        speaker
    }

    /// Called so, in the lobby, over a WebSocket whose side of the network holds little.
    pub async fn enters_narrow(node: &Node, name: &str) -> Self {
        let mut speaker = Self::over(Line::opens_narrow(node).await);
        speaker.shakes_hands().await;
        speaker.subscribes("lobby", "/topic/public").await;
        speaker.is_called(name).await;
        speaker
    }

    fn over(line: Line) -> Self {
        Self {
            line,
            told: VecDeque::new(),
        }
    }

    /// Waits until the node has nobody left who speaks STOMP.
    pub async fn are_gone(node: &Node) {
        let mut look = interval(Duration::from_millis(100));
        let gone = async {
            while node.counts("confab_stomp_connections").await > 0 {
                look.tick().await;
            }
        };
        timeout(3 * PATIENCE, gone)
            .await
            .expect("all are gone in time");
    }

    /// Connected, without a name.
    pub async fn connects(node: &Node, way: Way) -> Self {
        Self::connects_with(node, way, &Visitor::new()).await.0
    }

    /// Connected with this visitor's cookie; what CONNECTED says.
    pub async fn connects_with(node: &Node, way: Way, visitor: &Visitor) -> (Self, Frame) {
        let mut speaker = Self::opens(node, way, &visitor.cookie).await;
        let connected = speaker.shakes_hands().await;
        (speaker, connected)
    }

    pub async fn shakes_hands(&mut self) -> Frame {
        let connect = [
            ("accept-version", "1.2"),
            ("heart-beat", "0,0"),
            ("host", "x"),
        ];
        self.sends("CONNECT", &connect, "").await;
        let connected = self.hears().await;
        assert_eq!(connected.verb, "CONNECTED");
        connected
    }

    /// As a demonstration's page does: connects, listens in the lobby and to its own messages, and gives a name.
    pub async fn enters(node: &Node, way: Way, name: &str) -> Self {
        let mut speaker = Self::connects(node, way).await;
        speaker.subscribes("lobby", "/topic/public").await;
        speaker.subscribes("own", "/user/queue/messages").await;
        speaker.is_called(name).await;
        speaker
    }

    /// Gives a name, and waits until the own coming is seen.
    pub async fn is_called(&mut self, name: &str) {
        let join = json!({"sender": name, "type": "JOIN"}).to_string();
        self.sends("SEND", &[("destination", "/app/chat.addUser")], &join)
            .await;
        self.hears_of("JOIN", name).await;
    }

    /// Asks for a name; false if it is taken.
    pub async fn may_be_called(&mut self, name: &str) -> bool {
        let join = json!({"sender": name}).to_string();
        self.sends("SEND", &[("destination", "/app/chat.addUser")], &join)
            .await;
        self.hears_until(|frame| {
            let told = (frame.verb == "MESSAGE").then(|| frame.json())?;
            let is_here = told["type"] == "JOIN" && told["sender"] == name;
            let is_taken = told["reason"] == "name_taken";
            (is_here || is_taken).then_some(is_here)
        })
        .await
    }

    pub async fn subscribes(&mut self, id: &str, destination: &str) {
        let receipt = format!("subscribed-{id}");
        let headers = [
            ("id", id),
            ("destination", destination),
            ("receipt", &receipt),
        ];
        self.sends("SUBSCRIBE", &headers, "").await;
        self.has_receipt(&receipt).await;
    }

    /// Sends to the lobby, without waiting.
    pub async fn says(&mut self, content: &str) {
        let chat = json!({"type": "CHAT", "sender": "somebody else", "content": content});
        self.sends(
            "SEND",
            &[("destination", "/app/chat.sendMessage")],
            &chat.to_string(),
        )
        .await;
    }

    pub async fn sends(&mut self, verb: &str, headers: &[(&str, &str)], body: &str) {
        self.line.writes(&frame(verb, headers, body)).await;
    }

    /// The next frame; signs of life are passed over.
    pub async fn hears(&mut self) -> Frame {
        loop {
            match self.is_told().await {
                Told::Frame(frame) => return frame,
                Told::Close(code) => panic!("closed with {code}"),
                _ => {}
            }
        }
    }

    pub async fn hears_until<T>(&mut self, wanted: impl Fn(&Frame) -> Option<T>) -> T {
        let hearing = async {
            loop {
                let frame = self.hears().await;
                assert_ne!(frame.verb, "ERROR", "{frame:?}");
                if let Some(found) = wanted(&frame) {
                    return found;
                }
            }
        };
        timeout(PATIENCE, hearing)
            .await
            .expect("what is waited for comes in time")
    }

    pub async fn has_receipt(&mut self, receipt: &str) {
        let is_it =
            |frame: &Frame| frame.verb == "RECEIPT" && frame.header("receipt-id") == receipt;
        self.hears_until(|frame| is_it(frame).then_some(())).await;
    }

    /// Waits for the next message of this type and sender.
    pub async fn hears_of(&mut self, kind: &str, sender: &str) -> Frame {
        self.hears_until(|frame| {
            let is_message = frame.verb == "MESSAGE";
            let is_it =
                is_message && frame.json()["type"] == kind && frame.json()["sender"] == sender;
            is_it.then(|| frame.clone())
        })
        .await
    }

    /// Waits until this was said; the message.
    pub async fn sees(&mut self, content: &str) -> Frame {
        self.hears_until(|frame| {
            let is_it = frame.verb == "MESSAGE" && frame.json()["content"] == content;
            is_it.then(|| frame.clone())
        })
        .await
    }

    /// What is said until this, in order: only what people say.
    pub async fn sees_all_until(&mut self, last: &str) -> Vec<String> {
        let mut seen = Vec::new();
        while seen.last().map(String::as_str) != Some(last) {
            let said = self.hears_until(|frame| {
                let is_chat = frame.verb == "MESSAGE" && frame.json()["type"] == "CHAT";
                is_chat.then(|| frame.json()["content"].as_str().expect("a text").to_owned())
            });
            seen.push(said.await);
        }
        seen
    }

    /// Waits for the ERROR, which is the last frame; what it says, and the code of the close.
    pub async fn is_refused(&mut self) -> (Frame, u16) {
        let refused = async {
            let error = loop {
                match self.is_told().await {
                    Told::Frame(frame) if frame.verb == "ERROR" => break frame,
                    Told::Close(code) => panic!("closed with {code} without an ERROR"),
                    _ => {}
                }
            };
            (error, self.is_closed().await)
        };
        timeout(PATIENCE, refused)
            .await
            .expect("it is refused in time")
    }

    pub async fn is_closed(&mut self) -> u16 {
        let closed = async {
            loop {
                if let Told::Close(code) = self.is_told().await {
                    return code;
                }
            }
        };
        timeout(PATIENCE, closed).await.expect("it closes in time")
    }

    pub async fn is_told(&mut self) -> Told {
        let next = async {
            loop {
                if let Some(told) = self.told.pop_front() {
                    return told;
                }
                self.line.reads(&mut self.told).await;
            }
        };
        timeout(2 * PATIENCE, next)
            .await
            .expect("something comes in time")
    }
}
