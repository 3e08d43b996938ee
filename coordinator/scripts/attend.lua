-- Notes that a coordinator lives, and says which ones do.
--
-- KEYS  1 coordinators   sorted set: coordinator id by the time (ms) of its last sign of life
-- ARGV  1 the coordinator's id
--       2 NX: it enters; XX: it is known there already
--       3 how long a sign of life counts, in ms
--       4 after how long without one a coordinator is forgotten, in ms
-- Returns the ids of those that live; none if the coordinator is not known and does not enter.
--
-- That it goes on living is written neither to the disk nor to replicas: it would be all that is written while nothing
-- happens. Who judges by it gives everybody the time to attend when Redis has started again, or is another one.

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if ARGV[2] == 'XX' then
  redis.set_repl(redis.REPL_NONE)
end
redis.call('ZADD', KEYS[1], ARGV[2], string.format('%.0f', now), ARGV[1])
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return {}
end
-- The clock was set back: who does not live any more would count for as long as that.
for _, early in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], string.format('(%.0f', now), '+inf')) do
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), early)
end
redis.set_repl(redis.REPL_ALL)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - ARGV[4]))
return redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%.0f', now - ARGV[3]), '+inf')
