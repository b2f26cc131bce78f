//! Who one is: names kept with a password, the ends of sign-ins, administrators and bans, through the pages and sockets.

mod addresses;
mod bans;
mod finding;
mod foreign_pages;
mod one_session;
mod passwords;
mod signing_in;
mod signing_out;
#[path = "../world/mod.rs"]
mod world;

use reqwest::Response;
use reqwest::header::SET_COOKIE;
use world::person::location;
use world::{Node, Visitor};

pub const PASSWORD: &str = "a horse in the kitchen";

/// Somebody who has joined and kept the name.
pub async fn account(node: &Node, name: &str) -> Visitor {
    let visitor = Visitor::joins(node, name).await;
    let kept = keeps(&visitor, node, PASSWORD).await;
    assert_eq!(
        (kept.status().as_u16(), location(&kept)),
        (303, "/account?done=kept")
    );
    visitor
}

pub async fn keeps(visitor: &Visitor, node: &Node, password: &str) -> Response {
    let fields = [("password", password)];
    visitor.submits(node, "/account/password", &fields).await
}

/// What a browser is answered that tries this name and password.
pub async fn tries(visitor: &Visitor, node: &Node, name: &str, password: &str) -> Response {
    let fields = [("name", name), ("password", password)];
    visitor.submits(node, "/sign-in", &fields).await
}

/// Signs in with another browser.
pub async fn signs_in(node: &Node, name: &str, password: &str) -> Visitor {
    let mut visitor = Visitor::new();
    let answer = tries(&visitor, node, name, password).await;
    assert_eq!(
        (answer.status().as_u16(), location(&answer)),
        (303, "/rooms/lobby"),
        "{name} signs in"
    );
    visitor.cookie = cookie(&answer);
    visitor
}

/// The sign-in an answer gives.
pub fn cookie(answer: &Response) -> String {
    let cookie = answer.headers()[SET_COOKIE].to_str().expect("text");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    cookie.split(';').next().expect("a pair").to_owned()
}

/// Whether the pages still know who this is.
pub async fn is_signed_in(visitor: &Visitor, node: &Node) -> bool {
    let answer = visitor.gets(node, "/account").await;
    answer.status().as_u16() == 200
}
