//! A stream: frames come as server-sent events, commands go by POST. For where no WebSocket gets through.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use leptos::{prelude::window, task::spawn_local};
use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{EventSource, MessageEvent, RequestInit, Response};

use super::{BROKEN, Heard, Tell, tell_frame};

/// How often a command is posted that comes to other nodes than the stream's: many more tries than nodes.
const TRIES: u32 = 60;

/// The status of a node that has not the stream.
const ELSEWHERE: u16 = 421;

/// What is told: the first two by the node, as it names its events.
const KINDS: [&str; 5] = ["stream", "close", "ping", "message", "error"];

/// An open or opening stream. Dropped, it closes and tells nothing more.
pub(crate) struct Stream {
    posts: Rc<Posts>,
    _heard: Closure<dyn Fn(MessageEvent)>,
}

struct Posts {
    source: EventSource,
    heard: Tell,
    /// What the node calls the stream; empty until it has told.
    name: RefCell<String>,
    waiting: RefCell<VecDeque<String>>,
    are_going: Cell<bool>,
    /// Closed from here, or told to be.
    is_over: Cell<bool>,
}

impl Stream {
    /// None if the browser refuses the address.
    pub(super) fn open(url: &str, heard: Tell) -> Option<Self> {
        let posts = Rc::new(Posts {
            source: EventSource::new(url).ok()?,
            heard,
            name: RefCell::default(),
            waiting: RefCell::default(),
            are_going: Cell::default(),
            is_over: Cell::default(),
        });
        let to = posts.clone();
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            to.hear(&event.type_(), text);
        });
        for kind in KINDS {
            let listener = heard.as_ref().unchecked_ref();
            let source = &posts.source;
            source
                .add_event_listener_with_callback(kind, listener)
                .ok()?;
        }
        Some(Self {
            posts,
            _heard: heard,
        })
    }

    pub(super) fn transmit(&self, command: String) {
        self.posts.post(command);
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.posts.is_over.set(true);
        self.posts.source.close();
    }
}

impl Posts {
    fn hear(self: &Rc<Self>, kind: &str, text: String) {
        match kind {
            "message" => tell_frame(&text, &self.heard),
            "ping" => self.post(String::new()),
            "stream" => {
                *self.name.borrow_mut() = text;
                (self.heard)(Heard::Opened);
            }
            // A code, or an error without one: the browser would connect by itself, which the engine decides.
            _ => self.end(text.parse().unwrap_or(BROKEN)),
        }
    }

    /// Ends it, and tells so once.
    fn end(&self, code: u16) {
        if !self.is_over.replace(true) {
            self.source.close();
            (self.heard)(Heard::Closed(code));
        }
    }

    /// One after the other, so that they keep their order.
    fn post(self: &Rc<Self>, command: String) {
        self.waiting.borrow_mut().push_back(command);
        if !self.are_going.replace(true) {
            let posts = self.clone();
            spawn_local(async move { posts.go().await });
        }
    }

    async fn go(&self) {
        loop {
            let next = self.waiting.borrow_mut().pop_front();
            let Some(command) = next else { break };
            if !self.arrives(&command).await {
                return self.end(BROKEN);
            }
        }
        self.are_going.set(false);
    }

    /// Posts a command until it comes to the stream's node, also where a balancer sends each post to another one.
    async fn arrives(&self, command: &str) -> bool {
        let body = format!("{}\n{command}", self.name.borrow());
        for _ in 0..TRIES {
            match status(&self.source.url(), &body).await {
                Ok(ELSEWHERE) => {}
                Ok(status) => return status < 300,
                Err(_) => return false,
            }
        }
        false
    }
}

async fn status(url: &str, body: &str) -> Result<u16, JsValue> {
    let how = RequestInit::new();
    how.set_method("POST");
    how.set_body(&body.into());
    let response = JsFuture::from(window().fetch_with_str_and_init(url, &how)).await?;
    Ok(response.dyn_into::<Response>()?.status())
}
