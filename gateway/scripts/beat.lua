-- Notes that a gateway lives.
--
-- KEYS  1 gateways   sorted set: gateway id by the time (ms) of its last sign of life
-- ARGV  1 the gateway's id
--       2 NX: it enters; XX: it is there already, unless it was counted as dead
-- Returns 1 if it is there, else 0.
--
-- That it goes on living is written neither to the disk nor to replicas: it would be all that is written while nothing
-- happens. Coordinators judge by its changes, so nobody is taken for dead when Redis has gone back to an earlier one.

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if ARGV[2] == 'XX' then
  redis.set_repl(redis.REPL_NONE)
end
redis.call('ZADD', KEYS[1], ARGV[2], string.format('%.0f', now), ARGV[1])
return redis.call('ZSCORE', KEYS[1], ARGV[1]) and 1 or 0
