//! The reference page of the API for other programs. In English alone, as the document it shows.

use leptos::prelude::*;

use super::{Shell, sheet::Sheet};

/// What the reference shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiView {
    pub title: String,
    /// Paragraph by paragraph.
    pub says: Vec<String>,
    pub operations: Vec<ApiOperation>,
    /// What a refusal of each status means, whatever was asked.
    pub problems: Vec<ApiAnswer>,
}

/// Something that can be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiOperation {
    pub method: String,
    pub path: String,
    pub summary: String,
    pub says: Vec<String>,
    /// What the key has to be good for; empty where none is needed.
    pub scope: String,
    pub parameters: Vec<ApiField>,
    /// An example of what is sent.
    pub body: Option<String>,
    pub answers: Vec<ApiAnswer>,
    /// The statuses it may be refused with.
    pub problems: Vec<String>,
}

/// A parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiField {
    pub name: String,
    /// `path`, `query` or `header`.
    pub place: String,
    pub says: String,
}

/// An answer, by its status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiAnswer {
    pub status: String,
    pub says: String,
    pub example: Option<String>,
}

/// The page; it needs nothing but itself and the style.
pub fn api_page(shell: &Shell, view: &ApiView) -> String {
    let title = format!("{} · Confab", view.title);
    shell.document(title, (), || {
        let operations = view.operations.iter().map(operation).collect_view();
        let problems = view.problems.iter().map(problem).collect_view();
        let part = view! {
            <section class="sheet__part" lang="en">
                {paragraphs(&view.says)}
            </section>
            {operations}
            <section class="sheet__part" lang="en">
                <h2 class="sheet__heading">"Refusals"</h2>
                <dl class="reference__terms">{problems}</dl>
            </section>
        };
        let part = part.into_any();
        view! {
            <Sheet shell=shell.clone() title=view.title.clone() done=None>
                {part}
            </Sheet>
        }
    })
}

fn operation(told: &ApiOperation) -> AnyView {
    let scope = (!told.scope.is_empty()).then(|| {
        let scope = told.scope.clone();
        view! { <p class="sheet__says">"The key needs the scope " <code>{scope}</code> "."</p> }
    });
    let parameters = told.parameters.iter().map(parameter).collect_view();
    let body = told.body.clone().map(|body| {
        view! {
            <h3>"Send"</h3>
            <pre class="reference__code" tabindex="0">{body}</pre>
        }
    });
    let answers = told.answers.iter().map(answer).collect_view();
    let refused = told.problems.iter().map(|status| {
        let place = format!("#{status}");
        view! {
            " "
            <a href=place>{status.clone()}</a>
        }
    });
    let refused = refused.collect_view();
    let (method, path) = (told.method.clone(), told.path.clone());
    view! {
        <section class="sheet__part" lang="en">
            <h2 class="sheet__heading">{told.summary.clone()}</h2>
            <p>
                <code>{format!("{method} {path}")}</code>
            </p>
            {scope}
            {paragraphs(&told.says)}
            <dl class="reference__terms">{parameters}</dl>
            {body}
            {answers}
            <p class="sheet__says">"Refused with:" {refused}</p>
        </section>
    }
    .into_any()
}

fn parameter(told: &ApiField) -> AnyView {
    let name = format!("{} ({})", told.name, told.place);
    view! {
        <dt>
            <code>{name}</code>
        </dt>
        <dd>{marked(&told.says)}</dd>
    }
    .into_any()
}

fn answer(told: &ApiAnswer) -> AnyView {
    let example = told
        .example
        .clone()
        .map(|example| view! { <pre class="reference__code" tabindex="0">{example}</pre> });
    let status = format!("{} ", told.status);
    view! {
        <h3>{status} {marked(&told.says)}</h3>
        {example}
    }
    .into_any()
}

/// Its anchor is where the type of a problem leads.
fn problem(told: &ApiAnswer) -> AnyView {
    let status = told.status.clone();
    view! {
        <dt id=status>{told.status.clone()}</dt>
        <dd>{marked(&told.says)}</dd>
    }
    .into_any()
}

fn paragraphs(says: &[String]) -> AnyView {
    let each = says.iter().map(|text| view! { <p>{marked(text)}</p> });
    each.collect_view().into_any()
}

/// A text with what stands between backticks as code.
fn marked(text: &str) -> AnyView {
    let part = |(at, part): (usize, &str)| match at % 2 {
        1 => view! { <code>{part.to_owned()}</code> }.into_any(),
        _ => part.to_owned().into_any(),
    };
    let parts = text.split('`').enumerate().map(part);
    parts.collect_view().into_any()
}
