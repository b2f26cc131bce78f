//! Somebody with a browser: forms by HTTP.

use std::collections::BTreeMap;

use protocol::Cid;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Response, redirect};

use super::{Client, Node};

/// Who has joined, or tries to: a cookie jar at one node.
#[derive(Clone)]
pub struct Visitor {
    pub cookie: String,
    http: reqwest::Client,
}

impl Visitor {
    pub fn new() -> Self {
        let http = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .build();
        Self {
            cookie: String::new(),
            http: http.expect("a client"),
        }
    }

    /// Joins under this name, which is free and fit.
    pub async fn joins(node: &Node, name: &str) -> Self {
        let mut visitor = Self::new();
        let answer = visitor.submits(node, "/join", &[("name", name)]).await;
        assert_eq!(
            (answer.status().as_u16(), location(&answer)),
            (303, "/rooms/lobby"),
            "{name} joins"
        );
        let cookie = answer.headers()[SET_COOKIE].to_str().expect("text");
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        visitor.cookie = cookie.split(';').next().expect("a pair").to_owned();
        visitor
    }

    pub async fn gets(&self, node: &Node, path: &str) -> Response {
        let request = self
            .http
            .get(format!("{}{path}", node.url))
            .header("accept", "text/html");
        request
            .header(COOKIE, &self.cookie)
            .send()
            .await
            .expect("an answer")
    }

    pub async fn submits(&self, node: &Node, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self
            .http
            .post(format!("{}{path}", node.url))
            .header("accept", "text/html");
        request
            .header(COOKIE, &self.cookie)
            .form(fields)
            .send()
            .await
            .expect("an answer")
    }

    /// A request with headers of one's own.
    pub fn request(&self, node: &Node, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().expect("a method");
        self.http
            .request(method, format!("{}{path}", node.url))
            .header(COOKIE, &self.cookie)
    }

    /// Opens a socket, without a hello.
    pub async fn connects(&self, node: &Node) -> Client {
        Client::connect(node, &[("cookie", &self.cookie)])
            .await
            .expect("the socket opens")
    }

    /// Opens a socket and the lobby, from its newest page on.
    pub async fn enters(&self, node: &Node) -> Client {
        let mut client = self.connects(node).await;
        client.says_hello(None, BTreeMap::new()).await;
        client.is_welcome().await;
        client
    }
}

pub fn location(answer: &Response) -> &str {
    answer
        .headers()
        .get(LOCATION)
        .map_or("", |path| path.to_str().expect("text"))
}

pub fn cid() -> Cid {
    server::store::random_id::<16, Cid>()
}
