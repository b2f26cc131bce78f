-- What the scripts share. KEYS[1] is the prefix of all keys; ARGV[1] the node that calls.
--   online  SET   ids of the users online        user:<id>    HASH  session -> node
--   names   HASH  user -> name, of those online   node:<node>  SET   "session user" of the node
--   nodes   ZSET  node -> its last beat           urls         HASH  node -> where browsers reach it
--   leaving ZSET  user without a session -> when they leave
--   version       of the online list; beaten: the last beat of any node; resumed: the first one after a pause of all
-- Times are milliseconds by this server's clock, the only one that all nodes share; `grace` and `dead` stand before this.
local prefix, node = KEYS[1], ARGV[1]

local function key(name)
    return prefix .. name
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Starts at the clock, so that an emptied server does not go back to a version that was told before.
local function version()
    redis.call('SET', key('version'), now, 'NX')
    return tonumber(redis.call('GET', key('version')))
end

local function changed()
    version()
    return redis.call('INCR', key('version'))
end

-- Ends a session; `at` is its last sign of life. Its user leaves after the grace if it was the last one.
local function ended(session, user, at)
    if redis.call('HDEL', key('user:' .. user), session) == 1
        and redis.call('EXISTS', key('user:' .. user)) == 0 then
        redis.call('ZADD', key('leaving'), at + grace, user)
    end
end

-- Ends all sessions of a node, and the node. Answers how many they were.
local function gone(name, at)
    local members = redis.call('SMEMBERS', key('node:' .. name))
    for _, member in ipairs(members) do
        local session, user = member:match('^(%S+) (%S+)$')
        ended(session, user, at)
    end
    redis.call('DEL', key('node:' .. name))
    redis.call('ZREM', key('nodes'), name)
    redis.call('HDEL', key('urls'), name)
    return #members
end
