-- All but the last $1 are given up.
update delivery set given_up = 'too many wait to be delivered'
 where given_up is null
   and seq <= (select seq from delivery where given_up is null order by seq desc offset $1 limit 1)
