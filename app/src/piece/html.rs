//! A piece as HTML, and as a view of Leptos, which takes it over from the server's HTML.

use leptos::tachys::{
    html::attribute::any_attribute::AnyAttribute,
    hydration::Cursor,
    no_attrs,
    view::{Position, PositionState, RenderHtml},
};
use wasm_bindgen::JsCast;

use super::{Piece, document::Shown};

no_attrs!(Piece);

impl Piece {
    fn write(&self, html: &mut String) {
        if self.0.tag.is_empty() {
            return escape(&self.0.text, html);
        }
        html.push('<');
        html.push_str(self.0.tag);
        for (name, value) in &self.0.attributes {
            html.push(' ');
            html.push_str(name);
            html.push_str("=\"");
            escape(value, html);
            html.push('"');
        }
        html.push('>');
        if matches!(self.0.tag, "input" | "br") {
            return;
        }
        for child in &self.0.inside {
            child.write(html);
        }
        html.push_str("</");
        html.push_str(self.0.tag);
        html.push('>');
    }
}

/// For the text of elements (none of them is raw text, as scripts are) and for attributes in double quotes.
fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            _ => html.push(c),
        }
    }
}

impl RenderHtml for Piece {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        html: &mut String,
        position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _attributes: Vec<AnyAttribute>,
    ) {
        self.write(html);
        *position = Position::NextChild;
    }

    /// Only elements are views of their own, so that no text before them can run into them.
    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        position: &PositionState,
    ) -> Self::State {
        match position.get() {
            Position::Current => {}
            Position::FirstChild => cursor.child(),
            _ => cursor.sibling(),
        }
        position.set(Position::NextChild);
        Shown::new(self, cursor.current().unchecked_into())
    }

    fn into_owned(self) -> Self {
        self
    }
}
