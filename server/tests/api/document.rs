//! The document of the API, and whether what is answered is in it.

use std::sync::LazyLock;

use serde_json::Value;

use crate::program::Program;
use crate::world::World;

const TEXT: &str = include_str!("../../src/http/api/openapi.json");

pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(TEXT).expect("JSON"));

/// Fails if the document does not tell of this answer.
pub fn tells_of(method: &str, path: &str, status: u16, kind: &str, answer: &Value) {
    let asked = format!("{method} {path} {status}");
    let Some(told) = path_of(path).map(|found| &found[method.to_lowercase()]) else {
        assert_eq!(status, 404, "{asked}: no such path is told of");
        return fits(
            answer,
            &DOCUMENT["components"]["schemas"]["Problem"],
            &asked,
        );
    };
    let told = match told {
        // A method that is not there is told of by its absence.
        Value::Null if status == 405 => &DOCUMENT["components"]["responses"]["401"],
        told => resolved(&told["responses"][status.to_string()]),
    };
    let schema = &told["content"][kind]["schema"];
    assert!(schema.is_object(), "{asked} is not told of as {kind}");
    fits(answer, schema, &asked);
}

/// What the document has on a path, with its parameters filled in.
fn path_of(path: &str) -> Option<&'static Value> {
    let path = path.split('?').next()?.strip_prefix("/api/v1")?;
    let is_it = |known: &str| {
        let parts = (known.split('/'), path.split('/'));
        parts.0.clone().count() == parts.1.clone().count()
            && parts
                .0
                .zip(parts.1)
                .all(|(known, part)| known == part || known.starts_with('{'))
    };
    let paths = DOCUMENT["paths"].as_object().expect("there are paths");
    let plain = paths.get(path);
    plain.or_else(|| {
        paths
            .iter()
            .find(|(known, _)| is_it(known))
            .map(|(_, told)| told)
    })
}

fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(place) => DOCUMENT.pointer(&place[1..]).expect("it leads somewhere"),
        None => value,
    }
}

/// As much of JSON Schema as the document uses.
fn fits(value: &Value, schema: &'static Value, place: &str) {
    let wrong = mismatch(value, schema, place);
    assert_eq!(wrong, None, "{value}");
}

fn mismatch(value: &Value, schema: &'static Value, place: &str) -> Option<String> {
    let schema = resolved(schema);
    if let Some(any) = schema["anyOf"].as_array() {
        let fits = |one| mismatch(value, one, place).is_none();
        return (!any.iter().any(fits)).then(|| format!("{place} is none of anyOf"));
    }
    if let Some(words) = schema["enum"].as_array() {
        return (!words.contains(value)).then(|| format!("{place} is another word"));
    }
    let is_so = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        other => panic!("{place}: {other:?} is not known here"),
    };
    if !is_so {
        return Some(format!("{place} is no {}", schema["type"]));
    }
    let inside = value.as_array().into_iter().flatten().enumerate();
    let mut of_items = inside
        .filter_map(|(nth, item)| mismatch(item, &schema["items"], &format!("{place}/{nth}")));
    of_items.next().or_else(|| of_fields(value, schema, place))
}

fn of_fields(value: &Value, schema: &'static Value, place: &str) -> Option<String> {
    let known = schema["properties"].as_object()?;
    let fields = value.as_object()?;
    for name in schema["required"].as_array().into_iter().flatten() {
        if !fields.contains_key(name.as_str()?) {
            return Some(format!("{place} has no {name}"));
        }
    }
    let mut each = fields.iter().map(|(name, field)| match known.get(name) {
        Some(schema) => mismatch(field, schema, &format!("{place}/{name}")),
        None => Some(format!("{place}/{name} is not told of")),
    });
    each.find_map(|wrong| wrong)
}

#[tokio::test]
async fn the_document_is_served_and_tells_of_every_method_there_is() {
    let world = World::alone();
    let node = world.node().await;
    let program = Program::stranger();
    let served = program.asks(&node, "GET", "/api/v1/openapi.json", "").await;
    assert_eq!(served.json, *DOCUMENT);
    for (path, told) in DOCUMENT["paths"].as_object().expect("paths") {
        let path = format!(
            "/api/v1{}",
            path.replace("{user}", "u1").replace("{room}", "r1")
        );
        let answer = program.asks(&node, "PATCH", &path, "").await;
        assert_eq!(answer.status, 405, "{path}");
        let methods = told.as_object().expect("methods").keys();
        let methods: Vec<String> = methods.map(|method| method.to_uppercase()).collect();
        let allowed = answer.header("allow").replace("GET,HEAD", "GET");
        assert_eq!(allowed, methods.join(","), "{path}");
    }
}

#[tokio::test]
async fn the_reference_opens_without_anything_from_elsewhere() {
    let world = World::alone();
    let node = world.node().await;
    let answer = reqwest::get(format!("{}/api", node.url)).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    let policy = answer.headers()["content-security-policy"].to_str();
    assert!(policy.expect("text").starts_with("default-src 'none'"));
    let page = answer.text().await.expect("text");
    for path in DOCUMENT["paths"].as_object().expect("paths").keys() {
        assert!(page.contains(&format!("/api/v1{path}<")), "{path}");
    }
    for status in DOCUMENT["components"]["responses"]
        .as_object()
        .expect("them")
        .keys()
    {
        assert!(page.contains(&format!(r#"id="{status}""#)), "{status}");
    }
    for elsewhere in ["src=\"http", "href=\"http", "//cdn"] {
        assert!(!page.contains(elsewhere), "{elsewhere}");
    }
}
