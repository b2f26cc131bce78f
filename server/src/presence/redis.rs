//! Presence in Redis; in a cluster of them its keys are all in one slot. What stands there is told in `redis/common.lua`; each call
//! is one script.

mod scripts;

use std::sync::Arc;

use async_trait::async_trait;
use redis::RedisError;
use tracing::warn;

use self::scripts::Link;
use super::book::{Book, Calls};
use super::{Error, Member, Presence, shared};
use crate::redis_address::{self, RedisAddress, without_password};

pub(super) async fn connect(address: &str, member: Member) -> Result<Box<dyn Presence>, Error> {
    let address =
        RedisAddress::parse(address).ok_or_else(|| Error::Address(without_password(address)))?;
    shared::connect(Box::new(Redis { address }), member).await
}

struct Redis {
    address: RedisAddress,
}

#[async_trait]
impl Book for Redis {
    fn shown(&self) -> &str {
        self.address.shown()
    }

    async fn open(&self, member: &Member) -> Result<Arc<dyn Calls>, Error> {
        let prefix = self.address.together(&member.prefix);
        let opened = self.address.open(&prefix).await?;
        if let Some(policy) = opened.nature.evicts() {
            warn!(
                address = self.address.shown(),
                policy,
                "this Redis throws keys away when its memory is full, and people who are online would seem to have left: set maxmemory-policy noeviction"
            );
        }
        Ok(Arc::new(Link {
            link: opened.commands,
            server: opened.server,
            address: self.address.clone(),
            node: member.node.clone(),
            prefix,
        }))
    }
}

impl From<RedisError> for Error {
    fn from(error: RedisError) -> Self {
        Self::Away(error.to_string())
    }
}

impl From<redis_address::Error> for Error {
    fn from(error: redis_address::Error) -> Self {
        match error {
            redis_address::Error::Unfit(unfit) => Self::Unfit(unfit.to_string()),
            away => Self::Away(away.to_string()),
        }
    }
}
