-- Publishes what a partition's commits have left to be said, once it is durable.
--
-- KEYS  1 fence   2 outbox   list: channel, message, channel, message, ...
-- ARGV  1 the fence of the coordinator that saw to it
-- Returns OK; FENCED: another coordinator has taken the lease, and it will see to it.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'FENCED'
end
local outbox = redis.call('LRANGE', KEYS[2], 0, -1)
for index = 1, #outbox, 2 do
  redis.call('SPUBLISH', outbox[index], outbox[index + 1])
end
redis.call('DEL', KEYS[2])
return 'OK'
