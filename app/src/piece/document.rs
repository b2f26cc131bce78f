//! A piece in the document, changed where the next one differs.

use leptos::tachys::{
    renderer::{CastFrom as _, Rndr, types},
    view::{Mountable, Render},
};
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

use super::Piece;

const SVG: &str = "http://www.w3.org/2000/svg";

/// A piece and its node, which is as the piece says.
pub(crate) struct Shown {
    piece: Piece,
    node: Node,
}

impl Shown {
    pub(super) fn new(piece: Piece, node: Node) -> Self {
        Self { piece, node }
    }
}

impl Render for Piece {
    type State = Shown;

    fn build(self) -> Shown {
        let node = make(&self);
        Shown::new(self, node)
    }

    fn rebuild(self, shown: &mut Shown) {
        if self.is_same(&shown.piece) {
            change(&shown.piece, &self, &shown.node);
        } else {
            let node = make(&self);
            if let Some(parent) = shown.node.parent_node() {
                put(&parent, &node, Some(&shown.node));
            }
            take_out(&shown.node);
            shown.node = node;
        }
        shown.piece = self;
    }
}

fn make(piece: &Piece) -> Node {
    if piece.0.tag.is_empty() {
        return Rndr::create_text_node(&piece.0.text).into();
    }
    let space = matches!(piece.0.tag, "svg" | "path").then_some(SVG);
    let element = Rndr::create_element(piece.0.tag, space);
    for (name, value) in &piece.0.attributes {
        Rndr::set_attribute(&element, name, value);
    }
    for child in &piece.0.inside {
        put(&element, &make(child), None);
    }
    element.into()
}

/// Makes the node of `old` into that of `new`.
fn change(old: &Piece, new: &Piece, node: &Node) {
    if old.0.text != new.0.text {
        node.set_node_value(Some(&new.0.text));
    }
    if old.0.attributes != new.0.attributes {
        let element: &Element = node.unchecked_ref();
        for (name, _) in &old.0.attributes {
            if new.value(name).is_none() {
                Rndr::remove_attribute(element, name);
            }
        }
        for (name, value) in &new.0.attributes {
            if old.value(name) != Some(value) {
                Rndr::set_attribute(element, name, value);
            }
        }
    }
    if old.0.inside != new.0.inside {
        change_inside(&old.0.inside, &new.0.inside, node);
    }
}

/// Each new child takes over the first old one left that is the same, wherever it stood; the others are made or taken out.
fn change_inside(old: &[Piece], new: &[Piece], parent: &Node) {
    let mut nodes: Vec<Option<Node>> = Vec::with_capacity(old.len());
    let mut next = parent.first_child();
    while let Some(node) = next.filter(|_| nodes.len() < old.len()) {
        next = node.next_sibling();
        nodes.push(Some(node));
    }
    let mut kept = Vec::with_capacity(new.len());
    let mut from = 0;
    for piece in new {
        // Most often it is the next one.
        let places = (from..old.len()).chain(0..from);
        let found = places
            .into_iter()
            .find(|at| old[*at].is_same(piece) && nodes.get(*at).is_some_and(Option::is_some));
        kept.push(match found {
            Some(at) => {
                from = at + 1;
                let node = nodes[at].take().expect("it is there, as was just seen");
                change(&old[at], piece, &node);
                node
            }
            None => make(piece),
        });
    }
    for left in nodes.into_iter().flatten() {
        take_out(&left);
    }
    let mut place = parent.first_child();
    for node in kept {
        if place.as_ref() == Some(&node) {
            place = node.next_sibling();
        } else {
            put(parent, &node, place.as_ref());
        }
    }
}

fn put(parent: &Node, node: &Node, before: Option<&Node>) {
    parent
        .insert_before(node, before)
        .expect("what stands before it is in the same element");
}

fn take_out(node: &Node) {
    if let Some(parent) = node.parent_node() {
        parent.remove_child(node).expect("a node is in its parent");
    }
}

impl Mountable for Shown {
    fn unmount(&mut self) {
        take_out(&self.node);
    }

    fn mount(&mut self, parent: &types::Element, before: Option<&types::Node>) {
        put(parent, &self.node, before);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let parent = self.node.parent_node().and_then(types::Element::cast_from);
        match parent {
            Some(parent) => {
                child.mount(&parent, Some(&self.node));
                true
            }
            None => false,
        }
    }

    fn elements(&self) -> Vec<types::Element> {
        self.node.clone().dyn_into().into_iter().collect()
    }
}
