-- Who may act, and for how many seconds more.
select application, epoch, host, boot, pid_space, pid, pid_started,
       extract(epoch from expires_at - now())::double precision as left_s
  from engine_lease
