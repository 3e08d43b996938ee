-- Notes that a coordinator lives, and says which ones do.
--
-- KEYS  1 coordinators   sorted set: coordinator id by the time (ms) of its last sign of life
-- ARGV  1 the coordinator's id
--       2 how long a sign of life counts, in ms
--       3 after how long without one a coordinator is forgotten, in ms
-- Returns the ids of those that live.

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - ARGV[3]))
return redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%.0f', now - ARGV[2]), '+inf')
