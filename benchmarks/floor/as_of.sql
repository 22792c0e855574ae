-- `as_of` is a variable, so that it prunes what is read of the files.
set variable as_of_date = cast(getvariable('as_of') - interval 1 microsecond as date);
set variable last_30_days_from = cast(getvariable('as_of_date') - 29 as timestamp);
set variable last_90_days_from = cast(getvariable('as_of_date') - 89 as timestamp);
set variable last_365_days_from = cast(getvariable('as_of_date') - 364 as timestamp);

create table int_as_of as
select
    getvariable('as_of_date') as as_of_date,
    getvariable('as_of') as as_of,
    getvariable('last_30_days_from') as last_30_days_from,
    getvariable('last_90_days_from') as last_90_days_from,
    getvariable('last_365_days_from') as last_365_days_from;
