-- Where the order of all facts ends, and which engine wrote last.
select seq, epoch from fact order by seq desc limit 1
