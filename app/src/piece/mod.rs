//! Parts of the page as plain values. Leptos builds each of its own kinds of element anew, at a kilobyte a kind; this is one
//! kind for all the small ones: made by plain functions, compared, and changed in the document where they differ.

mod document;
mod html;

#[cfg(test)]
mod tests;

use std::sync::Arc;

/// An element with what is in it, or a text. A copy is the same piece, and found to be equal at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Piece(Arc<Content>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Content {
    /// Empty for a text.
    tag: &'static str,
    /// Which one it is among its siblings; empty where the place says it.
    key: String,
    attributes: Vec<(&'static str, String)>,
    inside: Vec<Piece>,
    text: String,
}

/// A closure that draws a piece, again whenever a signal it reads has changed. One type for all.
pub(crate) type Drawn = Box<dyn FnMut() -> Piece + Send>;

pub(crate) fn drawn(draw: impl FnMut() -> Piece + Send + 'static) -> Drawn {
    Box::new(draw)
}

/// An element of this class; the class may be empty.
#[inline(never)]
pub(crate) fn piece(tag: &'static str, class: &str) -> Piece {
    let mut piece = Piece::default();
    piece.made().tag = tag;
    match class {
        "" => piece,
        _ => piece.attr("class", class),
    }
}

/// A button that does what the page's one listener knows by this word.
#[inline(never)]
pub(crate) fn button(class: &str, does: &str) -> Piece {
    piece("button", class)
        .attr("type", "button")
        .attr("data-do", does)
}

impl Piece {
    #[inline(never)]
    pub(crate) fn attr(mut self, name: &'static str, value: &str) -> Self {
        self.made().attributes.push((name, value.to_owned()));
        self
    }

    /// An attribute that is "true" or "false".
    pub(crate) fn is(self, name: &'static str, is_so: bool) -> Self {
        self.attr(name, if is_so { "true" } else { "false" })
    }

    /// An attribute without a value, if `is_set`.
    pub(crate) fn flag(self, name: &'static str, is_set: bool) -> Self {
        if is_set { self.attr(name, "") } else { self }
    }

    #[inline(never)]
    pub(crate) fn key(mut self, key: &str) -> Self {
        key.clone_into(&mut self.made().key);
        self
    }

    #[inline(never)]
    pub(crate) fn with(mut self, child: Piece) -> Self {
        self.made().inside.push(child);
        self
    }

    pub(crate) fn with_some(self, child: Option<Piece>) -> Self {
        match child {
            Some(child) => self.with(child),
            None => self,
        }
    }

    #[inline(never)]
    pub(crate) fn with_all(mut self, children: Vec<Piece>) -> Self {
        self.made().inside.extend(children);
        self
    }

    /// Adds text; two texts in a row are one, as in the document.
    #[inline(never)]
    pub(crate) fn says(mut self, text: &str) -> Self {
        let inside = &mut self.made().inside;
        match inside.last_mut() {
            Some(last) if last.0.tag.is_empty() => last.made().text.push_str(text),
            _ if text.is_empty() => {}
            _ => {
                let mut piece = Self::default();
                text.clone_into(&mut piece.made().text);
                inside.push(piece);
            }
        }
        self
    }

    /// A child of this class that says the text.
    #[inline(never)]
    pub(crate) fn part(self, tag: &'static str, class: &str, says: &str) -> Self {
        self.with(piece(tag, class).says(says))
    }

    /// The same, of what somebody wrote: it may run the other way.
    #[inline(never)]
    pub(crate) fn written(self, tag: &'static str, class: &str, says: &str) -> Self {
        self.with(piece(tag, class).attr("dir", "auto").says(says))
    }

    /// Says what it is, to those who do not see it and to those who point at it.
    #[inline(never)]
    pub(crate) fn label(self, label: &str) -> Self {
        self.attr("aria-label", label).attr("title", label)
    }

    #[inline(never)]
    fn made(&mut self) -> &mut Content {
        Arc::get_mut(&mut self.0).expect("nobody else has a piece while it is made")
    }

    /// Whether one can become the other in its place.
    fn is_same(&self, other: &Self) -> bool {
        self.0.tag == other.0.tag && self.0.key == other.0.key
    }

    fn value(&self, name: &str) -> Option<&str> {
        let found = self.0.attributes.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }
}
