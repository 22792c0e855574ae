-- A number from 0 up to 1 that is always the same for a row and a purpose.
create or replace temp macro chance(number, purpose) as
    (hash(number, purpose) % 1000003) / 1000003.0;

create or replace temp macro one_of(choices, number, purpose) as
    choices[1 + cast(floor(chance(number, purpose) * len(choices)) as integer)];

-- Small numbers are drawn far more often than large ones: few customers buy much.
create or replace temp macro skewed(number, purpose, size) as
    cast(floor(size * pow(chance(number, purpose), 2.2)) as bigint);

-- What is numbered happens in the order of the numbers, evenly over the years.
create or replace temp macro moment(number, count) as
    timestamp '2023-07-01 00:00:00'
    + to_microseconds(cast(94694400e6 * (number + 0.5) / count as bigint));
