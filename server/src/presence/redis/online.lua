-- Everybody online: the version, then id and name of each.
return { version(), redis.call('HGETALL', key('names')) }
