//! Signing in with a password.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use app::pages::{Refused, SignInForm};
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use protocol::{Name, Reason};
use serde::Deserialize;

use super::address::Address;
use super::failed::Failed;
use super::look::Look;
use super::pages::{Return, own_path};
use super::signed_in::{self, Visitor};
use crate::node::Node;
use crate::password::{Busy, Password};
use crate::store::{Error, Hashed, Token};

/// When to come again while too many passwords are being looked at.
const BUSY: Duration = Duration::from_secs(2);

/// `GET /sign-in`: asks for a name and its password.
pub(super) async fn page(look: Look, Query(wanted): Query<Return>) -> Response {
    let next = own_path(&wanted.next).to_owned();
    let form = SignInForm {
        next,
        ..SignInForm::default()
    };
    show_sign_in(&look, StatusCode::OK, &form)
}

fn show_sign_in(look: &Look, status: StatusCode, form: &SignInForm) -> Response {
    let shell = look.shell();
    let page = Html(app::pages::sign_in_page(&shell, form));
    (status, look.policy(&shell, &[]), page).into_response()
}

#[derive(Deserialize)]
pub(super) struct SignIn {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`: signed in under this name, or the form again with the reason. The sign-in the browser had before ends.
pub(super) async fn sign_in(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    Address(from): Address,
    Form(form): Form<SignIn>,
) -> Result<Response, Failed> {
    let next = own_path(&form.next);
    match try_sign_in(&node, visitor.token.as_ref(), from, &form).await? {
        Ok(token) => Ok((signed_in::sign_in(&node, &token), Redirect::to(next)).into_response()),
        Err(not) => {
            let form = SignInForm {
                name: form.name,
                refused: Some(not.told()),
                next: next.to_owned(),
            };
            Ok(not.answer(show_sign_in(&look, not.status(), &form)))
        }
    }
}

async fn try_sign_in(
    node: &Node,
    former: Option<&Token>,
    from: IpAddr,
    form: &SignIn,
) -> Result<Result<Token, Not>, Failed> {
    // What cannot be right is as wrong as anything else.
    let (Ok(name), Ok(password)) = (Name::parse(&form.name), Password::parse(&form.password))
    else {
        return Ok(Err(Not::Because(Reason::PasswordWrong)));
    };
    let account = node.chat.accounts.account(&name).await?;
    let hash = account.as_ref().map(|account| account.password.clone());
    if let Err(not) = is_right(node, (Some(&name), from), password, hash).await {
        return Ok(Err(not));
    }
    let account = account.expect("without an account no password is right");
    let user = &account.person.id;
    match node.chat.sign_in(&account, former).await {
        Ok(token) => {
            tracing::info!(%user, address = %from, "signed in");
            Ok(Ok(token))
        }
        Err(Error::PasswordWrong) => Ok(Err(Not::Because(Reason::PasswordWrong))),
        Err(Error::Banned) => Ok(Err(Not::Because(Reason::Banned))),
        Err(error) => Err(error.into()),
    }
}

/// Whether it is the password of this hash, after as long a time where there is none. No name where its owner is signed in.
pub(super) async fn is_right(
    node: &Node,
    (name, from): (Option<&Name>, IpAddr),
    password: Password,
    hash: Option<Hashed>,
) -> Result<(), Not> {
    if let Err(wait) = node.attempts.begin(name, from) {
        tracing::warn!(address = %from, "too many wrong passwords");
        return Err(Not::Yet(wait));
    }
    let is_right = node.passwords.is_right(password, hash).await;
    if is_right != Ok(false) {
        node.attempts.forgive(name, from);
    }
    if is_right? {
        Ok(())
    } else {
        tracing::info!(address = %from, "a wrong password");
        Err(Not::Because(Reason::PasswordWrong))
    }
}

/// Why a name or a password is not taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Not {
    Because(Reason),
    /// Not before this time has passed.
    Yet(Duration),
    Busy,
}

impl From<Busy> for Not {
    fn from(Busy: Busy) -> Self {
        Self::Busy
    }
}

impl Not {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Because(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Yet(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    pub(super) fn told(self) -> Refused {
        match self {
            Self::Because(reason) => Refused::Because(reason),
            Self::Yet(wait) => Refused::Wait(seconds(wait)),
            Self::Busy => Refused::Because(Reason::StoreBusy),
        }
    }

    /// The page, with the time to come again.
    pub(super) fn answer(self, page: Response) -> Response {
        let wait = match self {
            Self::Because(_) => return page,
            Self::Yet(wait) => wait,
            Self::Busy => BUSY,
        };
        ([(header::RETRY_AFTER, seconds(wait).to_string())], page).into_response()
    }
}

/// Whole ones, so that it is not tried too soon.
fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1_000) as u64
}
