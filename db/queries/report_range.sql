-- The first and last number of the facts that a report on the time from $1 until before $2 has to read: also
-- those of the calls that were going on at either end. Facts are almost in the order of their time: a thousand
-- of them are looked at for the one with the least (greatest) number.
select (
    select min(seq) from (
        (select seq from fact where at >= $1 and at < $2 order by at limit 1000)
        union all
        (select first_seq from visit
          where arrived_at >= $1 - interval '1 day' and arrived_at < $1
            and (ended_at is null or ended_at >= $1))
    ) as beginning
) as first, (
    select max(seq) from (
        (select seq from fact where at >= $1 and at < $2 order by at desc limit 1000)
        union all
        (select last_seq from visit
          where arrived_at >= $2 - interval '1 day' and arrived_at < $2
            and (ended_at is null or ended_at >= $2))
    ) as ending
) as last
