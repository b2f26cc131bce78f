//! A program with a key, and what it is answered.

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;

use crate::document;
use crate::world::{Node, Visitor, World};

pub struct Program {
    token: String,
    http: reqwest::Client,
}

/// An answer that the document tells of.
pub struct Answer {
    pub status: u16,
    pub json: Value,
    headers: HeaderMap,
}

impl Program {
    /// With a key made by the operator's command.
    pub async fn new(world: &World, name: &str, scopes: &str, rooms: &[&str]) -> Self {
        let mut arguments = vec!["key", "make", name, "--scope", scopes];
        for room in rooms {
            arguments.extend(["--room", room]);
        }
        let (is_made, said) = world.confab(&arguments).await;
        assert!(is_made, "{said}");
        let token = said.lines().find(|line| line.starts_with("confab_"));
        Self::with(token.expect("the token is printed"))
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub fn with(token: &str) -> Self {
        Self {
            token: token.to_owned(),
            http: reqwest::Client::new(),
        }
    }

    /// Without a key.
    pub fn stranger() -> Self {
        Self::with("")
    }

    pub async fn gets(&self, node: &Node, path: &str) -> Answer {
        self.asks(node, "GET", path, "").await
    }

    pub async fn posts(&self, node: &Node, path: &str, json: Value) -> Answer {
        self.asks(node, "POST", path, &json.to_string()).await
    }

    pub async fn puts(&self, node: &Node, path: &str, json: Value) -> Answer {
        self.asks(node, "PUT", path, &json.to_string()).await
    }

    pub async fn posts_as(&self, node: &Node, path: &str, key: &str, json: Value) -> Answer {
        let request = self.request(node, "POST", path).body(json.to_string());
        self.sends("POST", path, request.header("idempotency-key", key))
            .await
    }

    /// Pushes and is not refused.
    pub async fn pushes(&self, node: &Node, to: Value, text: &str) -> Value {
        let push = serde_json::json!({ "to": to, "text": text });
        let answer = self.posts(node, "/api/v1/push", push).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        answer.json
    }

    pub async fn asks(&self, node: &Node, method: &str, path: &str, body: &str) -> Answer {
        let request = self.request(node, method, path).body(body.to_owned());
        self.sends(method, path, request).await
    }

    /// A request with its key, as JSON.
    pub fn request(&self, node: &Node, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", node.url);
        let request = self.http.request(method.parse().expect("a method"), url);
        let request = request.header(CONTENT_TYPE, "application/json");
        match self.token.as_str() {
            "" => request,
            token => request.bearer_auth(token),
        }
    }

    pub async fn sends(
        &self,
        method: &str,
        path: &str,
        request: reqwest::RequestBuilder,
    ) -> Answer {
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let kind = headers[CONTENT_TYPE].to_str().expect("text").to_owned();
        assert_eq!(headers["cache-control"], "no-store", "{method} {path}");
        let json = answer.json().await.expect("JSON");
        document::tells_of(method, path, status, &kind, &json);
        Answer {
            status,
            json,
            headers,
        }
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("text"))
    }

    pub fn detail(&self) -> &str {
        self.json["detail"].as_str().unwrap_or_default()
    }
}

/// The id of somebody who has joined.
pub async fn id_of(program: &Program, node: &Node, name: &str) -> String {
    let found = program
        .gets(node, &format!("/api/v1/users?name={name}"))
        .await;
    let id = found.json["users"][0]["id"].as_str();
    id.expect("somebody is called so").to_owned()
}

/// A room's page as somebody sees it.
pub async fn page_of(visitor: &Visitor, node: &Node, room: &str) -> String {
    let answer = visitor.gets(node, &format!("/rooms/{room}")).await;
    assert_eq!(answer.status().as_u16(), 200, "{room}");
    answer.text().await.expect("text")
}
