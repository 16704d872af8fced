-- Takes the lease when it is free, over, or held by a holder known to be dead: then the epoch it held under
-- is $8 (else null). One row with the new epoch, or none.
-- $1 application, $2 host, $3 boot, $4 pid space, $5 pid, $6 pid started, $7 for how many seconds.
insert into engine_lease as held
       (application, epoch, host, boot, pid_space, pid, pid_started, taken_at, expires_at)
values ($1, 1, $2, $3, $4, $5, $6, now(), now() + make_interval(secs => $7::double precision))
on conflict (one) do update set
       (application, epoch, host, boot, pid_space, pid, pid_started, taken_at, expires_at)
       = (excluded.application, held.epoch + 1, excluded.host, excluded.boot, excluded.pid_space,
          excluded.pid, excluded.pid_started, excluded.taken_at, excluded.expires_at)
 where held.expires_at <= now() or held.epoch = $8::integer
returning epoch
