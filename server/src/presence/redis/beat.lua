-- A node lives: ARGV[2] is the highest version it knows. Reaps dead nodes and tells who left, each to one caller only. Answers
-- whether the node is known, how many sessions it has here, the version, how many are online, id and name of each who left, how
-- many sessions were reaped, and the public addresses.

-- After a pause of all nodes (this server was away, or everything was) nobody is dead or gone before all had time to beat again.
local pause = 3000
local beaten = tonumber(redis.call('GETSET', key('beaten'), now) or 0)
if now - beaten > pause then
    redis.call('SET', key('resumed'), now)
end
local resumed = tonumber(redis.call('GET', key('resumed')) or now)

local known = redis.call('ZSCORE', key('nodes'), node) ~= false
if known then
    redis.call('ZADD', key('nodes'), now, node)
end

local reaped = 0
if now - resumed >= dead then
    local silent = redis.call('ZRANGEBYSCORE', key('nodes'), '-inf', now - dead, 'WITHSCORES')
    for i = 1, #silent, 2 do
        reaped = reaped + gone(silent[i], math.max(tonumber(silent[i + 1]), resumed))
    end
end

local left = {}
if now - resumed > pause then
    for _, user in ipairs(redis.call('ZRANGEBYSCORE', key('leaving'), '-inf', now)) do
        left[#left + 1] = user
        left[#left + 1] = redis.call('HGET', key('names'), user) or user
        redis.call('ZREM', key('leaving'), user)
        redis.call('SREM', key('online'), user)
        redis.call('HDEL', key('names'), user)
    end
end

-- A server that lost its newest writes must not go back to a version that was told before.
if version() < tonumber(ARGV[2]) then
    redis.call('SET', key('version'), math.max(now, ARGV[2] + 1))
end
return {
    known and 1 or 0,
    redis.call('SCARD', key('node:' .. node)),
    #left > 0 and changed() or version(),
    redis.call('SCARD', key('online')),
    left,
    reaped,
    redis.call('HVALS', key('urls')),
}
