//! What kind of Redis a server says it is.

use redis::aio::MultiplexedConnection;

use super::unfit::{Error, Unfit};

/// Fields of its INFO.
pub(crate) struct Nature {
    host: String,
    info: String,
}

impl Nature {
    /// Of a server that does not let this user ask, nothing is known, and nothing is held against it.
    pub(super) async fn ask(host: &str, link: &mut MultiplexedConnection) -> Result<Self, Error> {
        let answer = redis::cmd("INFO").query_async::<String>(link).await;
        let info = match answer {
            Err(error) if error.code() == Some("NOPERM") => String::new(),
            answer => answer.map_err(|error| Error::said(host, error))?,
        };
        Ok(Self {
            host: host.to_owned(),
            info,
        })
    }

    /// Whether it is one server that takes writes.
    pub(super) fn is_single(&self) -> Result<(), Unfit> {
        match self.mode() {
            Some("cluster") => Err(Unfit::IsCluster(self.host.clone())),
            Some("sentinel") => Err(Unfit::IsSentinel(self.host.clone())),
            _ if self.is_replica() => Err(Unfit::Replica(self.host.clone())),
            _ => Ok(()),
        }
    }

    pub(super) fn is_cluster(&self) -> Result<(), Unfit> {
        match self.mode() {
            Some("standalone") => Err(Unfit::NoCluster(self.host.clone())),
            Some("sentinel") => Err(Unfit::IsSentinel(self.host.clone())),
            _ => Ok(()),
        }
    }

    /// Whether it has channels that belong to slots.
    pub(super) fn has_shard_channels(&self) -> Result<(), Unfit> {
        let version = self.field("redis_version").unwrap_or("7");
        let major: u32 = version
            .split('.')
            .next()
            .and_then(|major| major.parse().ok())
            .unwrap_or(7);
        if major >= 7 {
            return Ok(());
        }
        Err(Unfit::Old {
            host: self.host.clone(),
            version: version.to_owned(),
        })
    }

    pub(super) fn is_replica(&self) -> bool {
        self.field("role") == Some("slave")
    }

    /// The policy by which it throws keys away when its memory is full, if it does.
    pub(crate) fn evicts(&self) -> Option<&str> {
        self.field("maxmemory_policy")
            .filter(|policy| *policy != "noeviction")
    }

    fn mode(&self) -> Option<&str> {
        self.field("redis_mode")
    }

    fn field(&self, name: &str) -> Option<&str> {
        let fields = self.info.lines().filter_map(|line| line.split_once(':'));
        let mut found = fields.filter(|(key, _)| *key == name);
        found.next().map(|(_, value)| value.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nature(info: &str) -> Nature {
        Nature {
            host: "h:1".to_owned(),
            info: info.replace(' ', "\r\n"),
        }
    }

    #[test]
    fn only_the_kind_of_redis_that_the_address_names_is_fit() {
        let single = nature("redis_mode:standalone role:master");
        let replica = nature("redis_mode:standalone role:slave");
        let cluster = nature("redis_mode:cluster role:slave");
        let sentinel = nature("redis_mode:sentinel");
        let unknown = nature("");
        let fits = |nature: &Nature| [nature.is_single().is_ok(), nature.is_cluster().is_ok()];
        assert_eq!(fits(&single), [true, false]);
        assert_eq!(fits(&replica), [false, false]);
        assert_eq!(fits(&cluster), [false, true]);
        assert_eq!(fits(&sentinel), [false, false]);
        assert_eq!(fits(&unknown), [true, true]);
    }

    #[test]
    fn shard_channels_came_with_seven() {
        let has = |version: &str| nature(&format!("redis_version:{version}")).has_shard_channels();
        for version in ["7.0.0", "7.2.4", "8.0", "10.1.2", "255.255.255"] {
            assert!(has(version).is_ok(), "{version}");
        }
        let old = has("6.2.14").expect_err("it is too old").to_string();
        assert!(old.starts_with("h:1 is Redis 6.2.14, "), "{old}");
    }

    #[test]
    fn what_throws_keys_away_is_told_by_its_policy() {
        assert_eq!(nature("maxmemory_policy:noeviction").evicts(), None);
        let evicts = nature("maxmemory:100 maxmemory_policy:allkeys-lru");
        assert_eq!(evicts.evicts(), Some("allkeys-lru"));
    }
}
