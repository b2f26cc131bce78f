-- Sessions of a node began: ARGV[2…] are session, user, name of each. Answers the version, how many are online, and the ids of
-- the users who were not online before; only false if the node is not known here (any more).
if not redis.call('ZSCORE', key('nodes'), node) then
    return false
end
local joined = {}
for i = 2, #ARGV, 3 do
    local session, user, name = ARGV[i], ARGV[i + 1], ARGV[i + 2]
    redis.call('HSET', key('user:' .. user), session, node)
    redis.call('SADD', key('node:' .. node), session .. ' ' .. user)
    redis.call('HSET', key('names'), user, name)
    redis.call('ZREM', key('leaving'), user)
    if redis.call('SADD', key('online'), user) == 1 then
        joined[#joined + 1] = user
    end
end
return { #joined > 0 and changed() or version(), redis.call('SCARD', key('online')), joined }
