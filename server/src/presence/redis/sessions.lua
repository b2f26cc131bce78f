-- Where users are: ARGV[2…] are their ids. Answers for each of them session, node, session, node … in one list, and the public
-- addresses: node, address, node, address …
local found = {}
for i = 2, #ARGV do
    found[#found + 1] = redis.call('HGETALL', key('user:' .. ARGV[i]))
end
return { found, redis.call('HGETALL', key('urls')) }
