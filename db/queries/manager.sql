-- $1: a caller's number, as domain.managers.caller_key has it.
select agent from manager where number = $1
