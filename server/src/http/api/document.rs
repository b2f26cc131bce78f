//! The API as it is told to programs (OpenAPI 3.1), and to those who write them.

use std::sync::LazyLock;

use app::pages::{ApiAnswer, ApiField, ApiOperation, ApiView};
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Response};
use serde_json::{Map, Value};

use crate::http::look::Look;

const TEXT: &str = include_str!("openapi.json");

static VIEW: LazyLock<ApiView> = LazyLock::new(|| {
    let document = serde_json::from_str(TEXT).expect("a test reads it");
    view(&document)
});

/// `GET /api/v1/openapi.json`
pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], TEXT).into_response()
}

/// `GET /api`: the same as a page.
pub(in crate::http) async fn page(look: Look) -> Response {
    let shell = look.shell();
    let page = Html(app::pages::api_page(&shell, &VIEW));
    (look.policy(&shell, &[]), page).into_response()
}

fn view(document: &Value) -> ApiView {
    let server = text(&document["servers"][0]["url"]);
    let of_path = |(path, methods): (&String, &Value)| {
        let path = format!("{server}{path}");
        let methods = object(methods).iter();
        let operations = methods.map(|(method, told)| operation(method, &path, told));
        operations.collect::<Vec<_>>()
    };
    ApiView {
        title: text(&document["info"]["title"]),
        says: paragraphs(&document["info"]["description"]),
        operations: object(&document["paths"])
            .iter()
            .flat_map(of_path)
            .collect(),
        problems: object(&document["components"]["responses"])
            .iter()
            .map(|(status, told)| ApiAnswer {
                status: status.clone(),
                says: text(&told["description"]),
                example: None,
            })
            .collect(),
    }
}

fn operation(method: &str, path: &str, told: &Value) -> ApiOperation {
    let parameters = told["parameters"].as_array().into_iter().flatten();
    let parameters = parameters.map(|parameter| ApiField {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        says: text(&parameter["description"]),
    });
    let answer = |(status, told): (&String, &Value)| ApiAnswer {
        status: status.clone(),
        says: text(&told["description"]),
        example: example(&told["content"]),
    };
    let answers = object(&told["responses"]).iter();
    let answers = answers.filter(|(_, told)| told["$ref"].is_null());
    let problems = object(&told["responses"]).iter();
    let problems = problems.filter(|(_, told)| !told["$ref"].is_null());
    ApiOperation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&told["summary"]),
        says: paragraphs(&told["description"]),
        scope: text(&told["security"][0]["key"][0]),
        parameters: parameters.collect(),
        body: example(&told["requestBody"]["content"]),
        answers: answers.map(answer).collect(),
        problems: problems.map(|(status, _)| status.clone()).collect(),
    }
}

/// The example of the first kind of content.
fn example(content: &Value) -> Option<String> {
    let (_, first) = content.as_object()?.iter().next()?;
    let example = first.get("example")?;
    match example {
        Value::String(text) => Some(text.clone()),
        json => serde_json::to_string_pretty(json).ok(),
    }
}

fn object(value: &Value) -> &Map<String, Value> {
    static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    value.as_object().unwrap_or(&EMPTY)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn paragraphs(value: &Value) -> Vec<String> {
    let parts = value.as_str().unwrap_or_default().split("\n\n");
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_operation_with_its_example() {
        assert!(VIEW.operations.len() >= 8);
        for operation in &VIEW.operations {
            assert!(!operation.summary.is_empty(), "{}", operation.path);
            let is_shown = |answer: &ApiAnswer| answer.example.is_some();
            assert!(operation.answers.iter().all(is_shown), "{}", operation.path);
        }
    }
}
