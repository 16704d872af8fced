delete from delivery where seq = $1
