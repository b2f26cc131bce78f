//! One's own account: the password, and the end of all sign-ins.

use std::net::IpAddr;
use std::sync::Arc;

use app::pages::{AccountDone, AccountView};
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use protocol::{Person, Reason};
use serde::Deserialize;

use super::address::Address;
use super::failed::Failed;
use super::look::Look;
use super::sign_in::{Not, is_right};
use super::signed_in::{Visitor, sign_out};
use crate::node::Node;
use crate::password::Password;
use crate::store::{Account, Error, PasswordChange, Token};

#[derive(Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

/// `GET /account`: one's name, its password, and the ways out.
pub(super) async fn page(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Failed> {
    let Some(person) = visitor.person.clone() else {
        return Ok(Redirect::to("/sign-in?next=/account").into_response());
    };
    let done = match done.as_str() {
        "kept" => Some(AccountDone::Kept),
        "changed" => Some(AccountDone::Changed),
        _ => None,
    };
    let account = account_of(&node, &person).await?;
    let view = AccountView {
        me: person,
        is_kept: account.is_some(),
        is_programs: visitor.is_programs,
        is_admin: visitor.is_admin,
        refused: None,
        done,
    };
    Ok(show_account(&look, StatusCode::OK, &view))
}

fn show_account(look: &Look, status: StatusCode, view: &AccountView) -> Response {
    let shell = look.shell();
    let page = Html(app::pages::account_page(&shell, view));
    (status, look.policy(&shell, &[]), page).into_response()
}

/// None for a guest.
async fn account_of(node: &Node, person: &Person) -> Result<Option<Account>, Error> {
    let account = node.chat.accounts.account(&person.name).await?;
    Ok(account.filter(|account| account.person.id == person.id))
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
}

/// `POST /account/password`: a guest keeps the name with it; an account gets it instead of the current one.
pub(super) async fn set_password(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
    look: Look,
    Address(from): Address,
    Form(form): Form<NewPassword>,
) -> Result<Response, Failed> {
    let (Some(person), Some(token)) = (visitor.person, visitor.token) else {
        return Ok(Redirect::to("/sign-in?next=/account").into_response());
    };
    if visitor.is_programs {
        // The page has no such form for them.
        return Ok(StatusCode::FORBIDDEN.into_response());
    }
    let account = account_of(&node, &person).await?;
    let is_kept = account.is_some();
    match try_set_password(&node, &token, account, (from, &form)).await? {
        Ok(()) => {
            tracing::info!(user = %person.id, address = %from, "set a password");
            let done = if is_kept { "changed" } else { "kept" };
            Ok(Redirect::to(&format!("/account?done={done}")).into_response())
        }
        Err(not) => {
            let view = AccountView {
                me: person,
                is_kept,
                is_programs: false,
                is_admin: visitor.is_admin,
                refused: Some(not.told()),
                done: None,
            };
            Ok(not.answer(show_account(&look, not.status(), &view)))
        }
    }
}

async fn try_set_password(
    node: &Node,
    token: &Token,
    account: Option<Account>,
    (from, form): (IpAddr, &NewPassword),
) -> Result<Result<(), Not>, Failed> {
    let password = match Password::parse(&form.password) {
        Ok(password) => password,
        Err(reason) => return Ok(Err(Not::Because(reason))),
    };
    let current = account.map(|account| account.password);
    if let Some(current) = current.clone() {
        let Ok(typed) = Password::parse(&form.current) else {
            return Ok(Err(Not::Because(Reason::PasswordWrong)));
        };
        if let Err(not) = is_right(node, (None, from), typed, Some(current)).await {
            return Ok(Err(not));
        }
    }
    if let Err(wait) = node.attempts.keep(from) {
        tracing::warn!(address = %from, "too many passwords to keep");
        return Ok(Err(Not::Yet(wait)));
    }
    let to = match node.passwords.hash(password).await {
        Ok(hash) => hash,
        Err(busy) => return Ok(Err(busy.into())),
    };
    let change = PasswordChange {
        from: current,
        to,
        admins: node.config.admins(),
    };
    match node.chat.keep(token, change).await {
        Ok(()) => Ok(Ok(())),
        Err(Error::PasswordWrong) => Ok(Err(Not::Because(Reason::PasswordWrong))),
        Err(error) => Err(error.into()),
    }
}

/// `POST /account/sign-out-everywhere`: ends all sign-ins and their sockets, here as well.
pub(super) async fn sign_out_everywhere(
    State(node): State<Arc<Node>>,
    visitor: Visitor,
) -> Result<Response, Failed> {
    if let Some(person) = visitor.person {
        node.chat.sign_out_everywhere(&person.id).await?;
        tracing::info!(user = %person.id, "signed out everywhere");
    }
    Ok((sign_out(&node), Redirect::to("/sign-in")).into_response())
}
