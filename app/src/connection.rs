//! The network: one WebSocket, and the few requests a live page makes. Nothing else in the page
//! talks to a node.

use leptos::{prelude::window, task::spawn_local};
use protocol::{Command, Event, Page};
use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CloseEvent, Headers, MessageEvent, Request, RequestInit, Response, WebSocket};

use crate::json;

/// What a socket tells.
pub(crate) enum Heard {
    Opened,
    Frame(Box<Event>),
    /// Closed with this code; nothing comes after it.
    Closed(u16),
}

/// An open or opening WebSocket. Dropped, it closes and tells nothing more.
pub(crate) struct Socket {
    socket: WebSocket,
    _opened: Closure<dyn Fn()>,
    _frame: Closure<dyn Fn(MessageEvent)>,
    _closed: Closure<dyn Fn(CloseEvent)>,
}

impl Socket {
    /// None if the browser refuses the address.
    pub(crate) fn open(url: &str, heard: impl Fn(Heard) + Clone + 'static) -> Option<Self> {
        let socket = WebSocket::new(url).ok()?;
        let tell = heard.clone();
        let opened = Closure::<dyn Fn()>::new(move || tell(Heard::Opened));
        let tell = heard.clone();
        let frame = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            let text = message.data().as_string().unwrap_or_default();
            // A frame that is none of ours is skipped: a newer node may say what this page does not
            // know yet.
            if let Some(event) = json::read(&text) {
                tell(Heard::Frame(Box::new(event)));
            }
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

    pub(crate) fn transmit(&self, command: &Command) {
        // A socket that is closing loses it; the engine sends again what is not answered.
        self.socket
            .send_with_str(&json::write(command))
            .unwrap_or_default();
    }

    /// Closes with a code of ours, or plainly where a page may not use the code.
    pub(crate) fn close(self, code: u16) {
        if self.socket.close_with_code(code).is_err() {
            self.socket.close().unwrap_or_default();
        }
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
