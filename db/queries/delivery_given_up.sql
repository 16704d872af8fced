update delivery set tries = tries + 1, given_up = $2 where seq = $1
