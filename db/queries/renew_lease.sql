-- Renews the lease of the epoch $1 for $2 seconds; no row when the epoch is over.
update engine_lease set expires_at = now() + make_interval(secs => $2::double precision)
 where epoch = $1
returning epoch
