//! What a message says: text, with the marks people write as what they mean.

use leptos::html::{ElementChild as _, custom};
use leptos::prelude::*;

use crate::markup::{Block, Span, blocks};

#[component]
pub(crate) fn MessageBody(#[prop(into)] text: Signal<String>) -> impl IntoView {
    view! {
        <div class="message-body" dir="auto">
            {move || text.with(|text| blocks(text).iter().map(block).collect::<Vec<_>>())}
        </div>
    }
}

fn block(block: &Block<'_>) -> AnyView {
    match block {
        Block::Paragraph(spans) => element("p", spans.iter().map(span)),
        Block::Quote(lines) => element("blockquote", lines.iter().map(|line| item("p", line))),
        Block::List { first, items } => {
            let tag = if first.is_some() { "ol" } else { "ul" };
            let items = items.iter().map(|spans| item("li", spans)).collect();
            counted(tag, *first, items)
        }
        Block::Code(code) => element("pre", [element("code", [text(code)])]),
    }
}

fn item(tag: &'static str, spans: &[Span<'_>]) -> AnyView {
    element(tag, spans.iter().map(span))
}

fn span(span: &Span<'_>) -> AnyView {
    match span {
        Span::Text(plain) => text(plain),
        Span::Code(code) => element("code", [text(code)]),
        Span::Link { text, address } => view! {
            <a href=address.to_string() title=address.to_string() target="_blank" rel="noopener nofollow ugc">
                {text.to_string()}
            </a>
        }
        .into_any(),
        Span::Strong(inside) => item("strong", inside),
        Span::Emphasis(inside) => item("em", inside),
        Span::Struck(inside) => item("s", inside),
    }
}

fn text(text: &str) -> AnyView {
    text.to_owned().into_any()
}

fn element(tag: &'static str, inside: impl IntoIterator<Item = AnyView>) -> AnyView {
    counted(tag, None, inside.into_iter().collect())
}

/// All elements are of one type, as the program grows by kilobytes with each.
fn counted(tag: &'static str, start: Option<u32>, inside: Vec<AnyView>) -> AnyView {
    custom(tag).attr("start", start).child(inside).into_any()
}
