//! Accounts and bans in maps.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use protocol::{Entry, Kind, Name, Person, RoomId, RoomKind, SessionId, Target, UserId};

use super::{Opened, SignIn, State};
use crate::store::name::fold;
use crate::store::token::sign_in_id;
use crate::store::{Account, Accounts, Banned, Bans, Draft, Error, Hashed, PasswordChange, Token};

/// What is known of people besides their names.
#[derive(Default)]
pub(super) struct Kept {
    passwords: BTreeMap<UserId, Hashed>,
    pub(super) admins: BTreeSet<UserId>,
    /// Why somebody may not sign in.
    pub(super) bans: BTreeMap<UserId, String>,
}

#[async_trait]
impl Accounts for Opened {
    async fn account(&self, name: &Name) -> Result<Option<Account>, Error> {
        let state = self.state();
        let Some(user) = state.names.get(&fold(name)) else {
            return Ok(None);
        };
        let kept = &state.kept;
        Ok(kept.passwords.get(user).map(|password| Account {
            person: state.person(user).expect("who has a name is known"),
            password: password.clone(),
            is_admin: kept.admins.contains(user),
            banned: kept.bans.get(user).cloned(),
        }))
    }

    async fn keep(&self, token: &Token, change: PasswordChange) -> Result<Vec<Entry>, Error> {
        let mut state = self.state();
        let sign_in = state.sign_ins.get(&token.hash()).cloned();
        let SignIn { person, root } = sign_in.ok_or(Error::SignInEnded)?;
        if state.made.has_person(&person.id) {
            return Err(Error::NotAllowed);
        }
        if state.kept.passwords.get(&person.id) != change.from.as_ref() {
            return Err(Error::PasswordWrong);
        }
        let is_first = state.kept.passwords.is_empty();
        if change.from.is_none() && change.admins.has(&person.name, is_first) {
            state.kept.admins.insert(person.id.clone());
        }
        state.kept.passwords.insert(person.id.clone(), change.to);
        Ok(state.end_others(&person.id, Some(root)))
    }

    async fn sign_in(
        &self,
        user: &UserId,
        password: &Hashed,
        former: Option<&Token>,
    ) -> Result<(Token, Option<Entry>), Error> {
        let mut state = self.state();
        if state.kept.passwords.get(user) != Some(password) {
            return Err(Error::PasswordWrong);
        }
        if state.kept.bans.contains_key(user) {
            return Err(Error::Banned);
        }
        let person = state.person(user).ok_or(Error::PersonUnknown)?;
        let token = state.sign_in(person);
        let former = former.and_then(|former| state.sign_ins.get(&former.hash()).cloned());
        Ok((token, former.map(|former| state.end(&former))))
    }

    async fn sign_out_everywhere(&self, user: &UserId) -> Result<Vec<Entry>, Error> {
        Ok(self.state().end_others(user, None))
    }

    async fn begin(&self, user: &Person, session: &SessionId) -> Result<Entry, Error> {
        let about = (Target::from(session), "");
        Ok(self
            .state()
            .tell_inbox((user, user), Kind::Connected, about))
    }
}

#[async_trait]
impl Bans for Opened {
    async fn promote(&self, names: &[Name]) -> Result<(), Error> {
        let mut state = self.state();
        let State {
            names: known, kept, ..
        } = &mut *state;
        let users = names.iter().filter_map(|name| known.get(&fold(name)));
        let accounts = users.filter(|user| kept.passwords.contains_key(user));
        kept.admins.extend(accounts.cloned());
        Ok(())
    }

    async fn demote(&self, name: &Name) -> Result<bool, Error> {
        let mut state = self.state();
        let user = state.names.get(&fold(name)).cloned();
        Ok(user.is_some_and(|user| state.kept.admins.remove(&user)))
    }

    async fn ban(&self, by: &Person, user: &UserId, why: &str) -> Result<Option<Entry>, Error> {
        let mut state = self.state();
        let person = state.person(user).ok_or(Error::PersonUnknown)?;
        let kept = &mut state.kept;
        if !kept.admins.contains(&by.id) || kept.admins.contains(user) {
            return Err(Error::NotAllowed);
        }
        if kept.bans.contains_key(user) {
            return Ok(None);
        }
        kept.bans.insert(user.clone(), why.to_owned());
        state
            .sign_ins
            .retain(|_, sign_in| sign_in.person.id != *user);
        let about = (Target::from(user), why);
        Ok(Some(state.tell_inbox((&person, by), Kind::Banned, about)))
    }

    async fn unban(&self, by: &Person, user: &UserId) -> Result<(), Error> {
        let mut state = self.state();
        if !state.kept.admins.contains(&by.id) {
            return Err(Error::NotAllowed);
        }
        state.person(user).ok_or(Error::PersonUnknown)?;
        state.kept.bans.remove(user);
        state.free_name(user);
        Ok(())
    }

    async fn ban_of(&self, user: &UserId) -> Result<Option<String>, Error> {
        Ok(self.state().kept.bans.get(user).cloned())
    }

    async fn banned(&self, limit: usize) -> Result<Vec<Banned>, Error> {
        let state = self.state();
        let mut banned: Vec<Banned> = state
            .kept
            .bans
            .iter()
            .map(|(user, why)| Banned {
                person: state.person(user).expect("who is banned is known"),
                why: why.clone(),
            })
            .collect();
        banned.sort_by_key(|banned| (banned.person.name.clone(), banned.person.id.clone()));
        banned.truncate(limit);
        Ok(banned)
    }
}

impl State {
    pub(super) fn person(&self, user: &UserId) -> Option<Person> {
        let found = self.people.iter().find(|person| person.id == *user);
        found.cloned()
    }

    pub(super) fn sign_in(&mut self, person: Person) -> Token {
        let token = Token::random();
        let root = token.hash();
        self.sign_ins.insert(root, SignIn { person, root });
        token
    }

    /// Ends a sign-in with its resume tokens, and tells its sessions so; a guest's name is free again.
    pub(super) fn end(&mut self, ended: &SignIn) -> Entry {
        self.sign_ins
            .retain(|_, sign_in| sign_in.root != ended.root);
        self.free_name(&ended.person.id);
        let target = Target::from(&sign_in_id(&ended.root));
        let person = &ended.person;
        self.tell_inbox((person, person), Kind::SignedOut, (target, ""))
    }

    /// That of a guest who can never come back, and who is in no public room any more.
    fn free_name(&mut self, user: &UserId) {
        let is_kept = self.kept.passwords.contains_key(user)
            || self.kept.bans.contains_key(user)
            || self.made.has_person(user);
        let is_theirs = |sign_in: &SignIn| sign_in.person.id == *user;
        if !is_kept && !self.sign_ins.values().any(is_theirs) {
            self.names.retain(|_, owner| owner != user);
            let public = self.rooms.values_mut();
            for room in public.filter(|room| room.kind == RoomKind::Public) {
                room.members.remove(user);
            }
        }
    }

    fn end_others(&mut self, user: &UserId, but: Option<[u8; 32]>) -> Vec<Entry> {
        let is_theirs = |hash: &[u8; 32], sign_in: &SignIn| {
            sign_in.person.id == *user && sign_in.root == *hash && but != Some(*hash)
        };
        let ended: Vec<SignIn> = self
            .sign_ins
            .iter()
            .filter(|(hash, sign_in)| is_theirs(hash, sign_in))
            .map(|(_, sign_in)| sign_in.clone())
            .collect();
        ended.iter().map(|sign_in| self.end(sign_in)).collect()
    }

    /// An entry in the inbox of `to`.
    fn tell_inbox(
        &mut self,
        (to, by): (&Person, &Person),
        kind: Kind,
        (target, body): (Target, &str),
    ) -> Entry {
        let told = Draft {
            room: RoomId::inbox(&to.id),
            sender: by.clone(),
            cid: self.own_cid(),
            kind,
            target: Some(target),
            body: body.to_owned(),
            enclosed: None,
            at: 0,
        };
        self.place(told)
    }
}
