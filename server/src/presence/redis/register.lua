-- A node begins, or begins again: ARGV[2] is where browsers reach it. Answers its sessions here, as "session user".
redis.call('ZADD', key('nodes'), now, node)
redis.call('HSET', key('urls'), node, ARGV[2])
return redis.call('SMEMBERS', key('node:' .. node))
