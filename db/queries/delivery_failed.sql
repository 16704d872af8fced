update delivery set tries = tries + 1, next_at = to_timestamp($2) where seq = $1
