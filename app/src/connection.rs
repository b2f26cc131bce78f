//! The network: one WebSocket or what stands in for it, and the few requests a live page makes. Nothing else in the page
//! talks to a node.

mod stream;

use std::rc::Rc;

use leptos::{prelude::window, task::spawn_local};
use protocol::{Command, Event, Page};
use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CloseEvent, Headers, MessageEvent, Request, RequestInit, Response, WebSocket};

use self::stream::Stream;
use crate::json;

/// What a browser tells of a connection that broke.
pub(crate) const BROKEN: u16 = 1006;

/// What a connection tells.
pub(crate) enum Heard {
    Opened,
    Frame(Box<Event>),
    /// Closed with this code; nothing comes after it.
    Closed(u16),
}

/// Who is told it.
type Tell = Rc<dyn Fn(Heard)>;

/// Tells a frame. One that is none of ours is skipped: a newer node may say what this page does not know yet.
fn tell_frame(text: &str, tell: &Tell) {
    if let Some(event) = json::read(text) {
        tell(Heard::Frame(Box::new(event)));
    }
}

/// An open or opening connection. Dropped, it closes and tells nothing more.
pub(crate) enum Connection {
    Socket(Socket),
    Stream(Stream),
}

impl Connection {
    /// A socket to an address `ws…`, a stream to an address `http…`. None if the browser refuses the address.
    pub(crate) fn open(url: &str, tell: impl Fn(Heard) + 'static) -> Option<Self> {
        let tell: Tell = Rc::new(tell);
        if url.starts_with("http") {
            Stream::open(url, tell).map(Self::Stream)
        } else {
            Socket::open(url, tell).map(Self::Socket)
        }
    }

    pub(crate) fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(_))
    }

    pub(crate) fn transmit(&self, command: &Command) {
        let json = json::write(command);
        match self {
            // A socket that is closing loses it; the engine sends again what is not answered.
            Self::Socket(socket) => socket.socket.send_with_str(&json).unwrap_or_default(),
            Self::Stream(stream) => stream.transmit(json),
        }
    }

    /// Closes with a code of ours, or plainly where a page may not use the code.
    pub(crate) fn close(self, code: u16) {
        if let Self::Socket(socket) = self {
            // The drop closes it plainly.
            socket.socket.close_with_code(code).unwrap_or_default();
        }
    }
}

/// An open or opening WebSocket.
pub(crate) struct Socket {
    socket: WebSocket,
    _opened: Closure<dyn Fn()>,
    _frame: Closure<dyn Fn(MessageEvent)>,
    _closed: Closure<dyn Fn(CloseEvent)>,
}

impl Socket {
    /// None if the browser refuses the address.
    fn open(url: &str, heard: Tell) -> Option<Self> {
        let socket = WebSocket::new(url).ok()?;
        let tell = heard.clone();
        let opened = Closure::<dyn Fn()>::new(move || tell(Heard::Opened));
        let tell = heard.clone();
        let frame = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            tell_frame(&message.data().as_string().unwrap_or_default(), &tell);
        });
        let closed = Closure::<dyn Fn(CloseEvent)>::new(move |close: CloseEvent| {
            heard(Heard::Closed(close.code()))
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(frame.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Some(Self {
            socket,
            _opened: opened,
            _frame: frame,
            _closed: closed,
        })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        self.socket.close().unwrap_or_default();
    }
}

/// Gets a page of older entries and tells it; none if it did not come.
pub(crate) fn fetch_page(
    url: String,
    token: Option<String>,
    then: impl FnOnce(Option<Page>) + 'static,
) {
    fetch(url, token, move |text| {
        then(text.and_then(|text| json::read(&text)));
    });
}

/// Gets what a node answers as JSON and tells its text; none if it did not come.
pub(crate) fn fetch(
    url: String,
    token: Option<String>,
    then: impl FnOnce(Option<String>) + 'static,
) {
    let then: Box<dyn FnOnce(Option<String>)> = Box::new(then);
    spawn_local(async move { then(text(&url, token).await.ok().flatten()) });
}

async fn text(url: &str, token: Option<String>) -> Result<Option<String>, JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    if let Some(token) = token {
        headers.set("Authorization", &format!("Bearer {token}"))?;
    }
    let how = RequestInit::new();
    how.set_headers(&headers);
    let response =
        JsFuture::from(window().fetch_with_request(&Request::new_with_str_and_init(url, &how)?))
            .await?;
    let response: Response = response.dyn_into()?;
    if !response.ok() {
        return Ok(None);
    }
    Ok(JsFuture::from(response.text()?).await?.as_string())
}

/// Sends a form's fields (`a=b&c=d`) without leaving the page. Whether they came is not told.
pub(crate) fn post(url: &'static str, fields: String) {
    spawn_local(async move {
        post_fields(url, &fields).await.unwrap_or_default();
    });
}

async fn post_fields(url: &str, fields: &str) -> Result<(), JsValue> {
    let headers = Headers::new()?;
    headers.set("Content-Type", "application/x-www-form-urlencoded")?;
    let how = RequestInit::new();
    how.set_method("POST");
    how.set_headers(&headers);
    how.set_body(&fields.into());
    JsFuture::from(window().fetch_with_request(&Request::new_with_str_and_init(url, &how)?))
        .await?;
    Ok(())
}
