-- Lets the lease of the epoch $1 go; the epoch stays, so that what is still on its way is fenced later.
update engine_lease set expires_at = now() where epoch = $1
