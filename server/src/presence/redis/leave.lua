-- Sessions of a node ended: ARGV[2…] are session, user of each.
for i = 2, #ARGV, 2 do
    local session, user = ARGV[i], ARGV[i + 1]
    redis.call('SREM', key('node:' .. node), session .. ' ' .. user)
    ended(session, user, now)
end
