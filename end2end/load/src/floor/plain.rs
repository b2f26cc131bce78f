//! What one writes first: plain axum, a task a connection, a tokio broadcast channel a room. Nothing is stored.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use axum::serve::ListenerExt as _;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::broadcast;

use super::room::{Room, put_entry};

/// Messages one may be behind before some are left out.
const BEHIND_MAX: usize = 1024;

type Rooms = Arc<Mutex<HashMap<String, Open>>>;

struct Open {
    top: u64,
    told: broadcast::Sender<Utf8Bytes>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Wish {
    Hello {
        open: String,
    },
    Send {
        cid: String,
        room: String,
        body: String,
    },
    #[serde(other)]
    Other,
}

pub async fn run() -> anyhow::Result<()> {
    let app = Router::new()
        .route("/ws", any(upgrade))
        .with_state(Rooms::default());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    super::tell(listener.local_addr()?)?;
    let listener = listener.tap_io(|socket| {
        let _ = socket.set_nodelay(true); // one that is gone already
    });
    Ok(axum::serve(listener, app).await?)
}

async fn upgrade(State(rooms): State<Rooms>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|socket| async {
        talk(rooms, socket).await;
    })
}

/// None when the socket has ended.
async fn talk(rooms: Rooms, mut socket: WebSocket) -> Option<()> {
    let Wish::Hello { open } = wish(socket.recv().await)? else {
        return None;
    };
    let mut told = {
        let mut rooms = rooms.lock().expect("no holder of the lock panics");
        let room = rooms.entry(open.clone()).or_insert_with(|| Open {
            top: 0,
            told: broadcast::channel(BEHIND_MAX).0,
        });
        room.told.subscribe()
    };
    for text in Room::new(open).greeting_texts() {
        socket.send(Message::text(text)).await.ok()?;
    }
    loop {
        tokio::select! {
            received = socket.recv() => match wish(received)? {
                Wish::Send { cid, room, body } => send(&rooms, &cid, &room, &body),
                Wish::Hello { .. } | Wish::Other => {}
            },
            text = told.recv() => match text {
                Ok(text) => socket.send(Message::Text(text)).await.ok()?,
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            },
        }
    }
}

fn wish(received: Option<Result<Message, axum::Error>>) -> Option<Wish> {
    match received?.ok()? {
        Message::Text(text) => Some(serde_json::from_str(&text).unwrap_or(Wish::Other)),
        Message::Close(_) => None,
        _ => Some(Wish::Other),
    }
}

fn send(rooms: &Rooms, cid: &str, room: &str, body: &str) {
    let mut rooms = rooms.lock().expect("no holder of the lock panics");
    let Some(open) = rooms.get_mut(room) else {
        return;
    };
    open.top += 1;
    let mut text = Vec::new();
    put_entry(&mut text, room, open.top, cid, body);
    let text = String::from_utf8(text).expect("made of texts");
    let _ = open.told.send(text.into()); // nobody may listen any more
}
