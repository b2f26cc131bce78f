-- Claims, or keeps, the epoch (ARGV[1]) under KEYS[1] for ARGV[2] seconds, unless another one is there than the one it had
-- before (ARGV[3], may be empty); answers whose it is.
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] and held ~= ARGV[3] then
    return held
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return ARGV[1]
