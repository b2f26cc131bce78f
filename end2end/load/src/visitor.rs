//! Somebody with a browser: joins by the form, loads the room's page, fetches older entries.

use std::time::Duration;

use anyhow::{Context as _, bail};
use client::Start;
use protocol::{Entry, Epoch, Gap, Page, Person, RoomId, RoomState};
use reqwest::header::{ACCEPT, AUTHORIZATION, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};
use serde::Deserialize;

use crate::rooms::led_to;

/// Longer than a node that lives may take for a page.
const PATIENCE: Duration = Duration::from_secs(10);

const ROOM: &str = "/rooms/lobby";

/// A browser's half of HTTP, shared by all visitors.
pub fn http() -> Client {
    Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(PATIENCE)
        .tcp_nodelay(true)
        .build()
        .expect("the settings are sound")
}

/// Who has joined. The cookie goes to the host of the page alone: each node counts as a host of its own.
#[derive(Clone)]
pub struct Visitor {
    http: Client,
    cookie: String,
}

/// What the room's page gives its script.
#[derive(Deserialize)]
struct Given {
    snapshot: Snapshot,
}

#[derive(Deserialize)]
struct Snapshot {
    me: Person,
    room: RoomState,
    epoch: Epoch,
    entries: Vec<Entry>,
    #[serde(default)]
    closed: Vec<Gap>,
    #[serde(default)]
    aside: Vec<Entry>,
    #[serde(default)]
    rooms: Vec<RoomState>,
    version: u64,
    count: u64,
    people: Vec<Person>,
    nodes: Vec<String>,
}

impl Visitor {
    pub async fn join(http: &Client, node: &str, name: &str) -> anyhow::Result<Self> {
        let form = http.post(format!("{node}/join")).form(&[("name", name)]);
        let answer = form.send().await.with_context(|| format!("{name} joins"))?;
        let status = answer.status();
        let Some(cookie) = answer.headers().get(SET_COOKIE) else {
            bail!("{name} may not join: {status}");
        };
        let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
        Ok(Self {
            http: http.clone(),
            cookie: pair.to_owned(),
        })
    }

    /// The cookie, as a header's value.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Loads the lobby's page from this node; `seed` is the engine's.
    pub async fn load(&self, node: &str, seed: u64) -> anyhow::Result<Start> {
        self.load_room(node, &RoomId::lobby(), seed).await
    }

    /// Loads a room's page from this node; the lobby's where one is not in that room any more.
    pub async fn load_room(&self, node: &str, room: &RoomId, seed: u64) -> anyhow::Result<Start> {
        let page = |room: &RoomId| {
            let page = self.at_home(self.http.get(format!("{node}/rooms/{room}")));
            page.header(ACCEPT, "text/html").send()
        };
        let mut answer = page(room).await?;
        if answer.status() == StatusCode::NOT_FOUND || answer.status().is_redirection() {
            answer = page(&RoomId::lobby()).await?;
        }
        let page = answer.error_for_status()?.text().await?;
        let given = given(&page).context("the room's page gives its script nothing")?;
        let Given { snapshot } = serde_json::from_str(given)?;
        Ok(start(snapshot, seed))
    }

    /// A page of older entries, as the engine asks for it: with its token, or with the cookie at home.
    pub async fn older(self, url: String, token: Option<String>, is_home: bool) -> Option<Page> {
        let mut page = self.http.get(url).header(ACCEPT, "application/json");
        if is_home {
            page = self.at_home(page);
        }
        if let Some(token) = token {
            page = page.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let page = page.send().await.ok()?.error_for_status().ok()?;
        page.json().await.ok()
    }

    /// Makes a room by the form.
    pub async fn makes(&self, node: &str, kind: &str, name: &str) -> anyhow::Result<RoomId> {
        let form = [("kind", kind), ("name", name)];
        let (status, location) = self.submit(node, "/rooms/new", &form).await?;
        led_to(&location).with_context(|| format!("{name} is answered {status}"))
    }

    /// Sends a form; the status of the answer, and where it leads.
    pub async fn submit(
        &self,
        node: &str,
        path: &str,
        form: &[(&str, &str)],
    ) -> anyhow::Result<(u16, String)> {
        let form = self.http.post(format!("{node}{path}")).form(form);
        let answer = self.at_home(form).send().await?;
        let location = answer.headers().get(LOCATION);
        let location = location.map_or(Ok(""), |location| location.to_str())?;
        Ok((answer.status().as_u16(), location.to_owned()))
    }

    /// Posts by the plain form, as before scripts run; whether it was stored.
    pub async fn post(&self, node: &str, cid: &str, body: &str) -> bool {
        let form = self.http.post(format!("{node}{ROOM}/messages"));
        let form = self.at_home(form).form(&[("cid", cid), ("body", body)]);
        let is_stored = |answer: Response| answer.status().is_redirection();
        form.send().await.is_ok_and(is_stored)
    }

    fn at_home(&self, request: RequestBuilder) -> RequestBuilder {
        request.header(COOKIE, &self.cookie)
    }
}

/// The JSON that lies in the page.
fn given(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once(r#"id="given">"#)?;
    Some(rest.split_once("</script>")?.0)
}

fn start(snapshot: Snapshot, seed: u64) -> Start {
    Start {
        me: snapshot.me,
        nodes: snapshot.nodes,
        epoch: snapshot.epoch,
        room: snapshot.room.id,
        entries: snapshot.entries,
        closed: snapshot.closed,
        aside: snapshot.aside,
        rooms: snapshot.rooms,
        top: snapshot.room.top,
        online_version: snapshot.version,
        online_count: snapshot.count,
        online: snapshot.people,
        seed,
    }
}
