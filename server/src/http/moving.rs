//! A page whose node is gone goes on here: `POST /enter`.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::failed::Failed;
use super::pages::own_path;
use super::signed_in::sign_in;
use crate::node::Node;
use crate::store::{Error, Token};

/// Bytes of the form: a token and a path.
pub(super) const FORM_BYTES_MAX: usize = 4 * 1024;

#[derive(Deserialize)]
pub(super) struct Moved {
    /// The resume token that stands in for the cookie of the other host.
    token: String,
    #[serde(default)]
    next: String,
}

/// Signs the browser in here, as who it is at the node it comes from, and goes on to where it wanted. From pages of our nodes alone:
/// any other could sign somebody in as somebody else.
pub(super) async fn enter(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    Form(Moved { token, next }): Form<Moved>,
) -> Result<Response, Failed> {
    if !node.origins.allow(&headers) {
        let text = "this page is of no node that this one knows; open this address yourself\n";
        return Ok((StatusCode::FORBIDDEN, text).into_response());
    }
    let next = own_path(next.split('#').next().unwrap_or_default());
    let own = match Token::received(&token) {
        Some(token) => node.chat.directory.resume_token(&token).await,
        None => Err(Error::SignInEnded),
    };
    let private = [(header::CACHE_CONTROL, "no-store")];
    match own {
        Ok(own) => Ok((private, sign_in(&node, &own), Redirect::to(next)).into_response()),
        Err(Error::SignInEnded) => {
            Ok((private, Redirect::to(&format!("/?next={next}"))).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
