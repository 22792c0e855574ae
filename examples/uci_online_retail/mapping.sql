-- UCI Online Retail: one Parquet file of invoice lines, every column as text.

-- The file has no line numbers, and the same line may stand twice on an invoice: the position in
-- the file tells the two apart.
create table sales as
select
    InvoiceNo as order_id,
    row_number() over (partition by InvoiceNo order by file_row_number) as line_number,
    StockCode as product_id,
    trim(Description) as product_name,
    regexp_replace(CustomerID, '\.0$', '') as customer_id,
    Country as country_name,
    cast(Quantity as integer) as quantity,
    cast(UnitPrice as decimal(18, 3)) as unit_price,
    cast(InvoiceDate as timestamp) as ordered_at,
from read_parquet(getvariable('source'), file_row_number = true)
where
    CustomerID is not null
    and InvoiceNo not like 'C%'
    and cast(Quantity as integer) > 0
    and cast(UnitPrice as decimal(18, 3)) > 0;

-- Not in the list, and so without a code: Channel Islands, European Community, Unspecified.
create table countries (country_name varchar, country_code varchar);
insert into countries values
    ('Australia', 'AU'), ('Austria', 'AT'), ('Bahrain', 'BH'), ('Belgium', 'BE'), ('Brazil', 'BR'),
    ('Canada', 'CA'), ('Cyprus', 'CY'), ('Czech Republic', 'CZ'), ('Denmark', 'DK'), ('EIRE', 'IE'),
    ('Finland', 'FI'), ('France', 'FR'), ('Germany', 'DE'), ('Greece', 'GR'), ('Hong Kong', 'HK'),
    ('Iceland', 'IS'), ('Israel', 'IL'), ('Italy', 'IT'), ('Japan', 'JP'), ('Lebanon', 'LB'),
    ('Lithuania', 'LT'), ('Malta', 'MT'), ('Netherlands', 'NL'), ('Norway', 'NO'), ('Poland', 'PL'),
    ('Portugal', 'PT'), ('RSA', 'ZA'), ('Saudi Arabia', 'SA'), ('Singapore', 'SG'), ('Spain', 'ES'),
    ('Sweden', 'SE'), ('Switzerland', 'CH'), ('USA', 'US'), ('United Arab Emirates', 'AE'),
    ('United Kingdom', 'GB');

-- An invoice has one customer and one country. 30 were keyed in over two minutes: the first counts.
copy (
    select
        sales.order_id,
        any_value(sales.customer_id) as customer_id,
        min(sales.ordered_at) as ordered_at,
        'completed' as status,
        'GBP' as currency,
        cast(sum(sales.quantity * sales.unit_price) as decimal(18, 2)) as subtotal_amount,
        any_value(countries.country_code) as country_code,
    from sales
    left join countries on sales.country_name = countries.country_name
    group by sales.order_id
    order by sales.order_id
) to (getvariable('output') || '/orders.parquet');

copy (
    select
        order_id,
        cast(line_number as integer) as line_number,
        product_id,
        quantity,
        cast(unit_price as decimal(18, 2)) as unit_price,
    from sales
    order by order_id, line_number
) to (getvariable('output') || '/order_lines.parquet');

-- A product goes by the name on its latest line.
copy (
    select
        product_id,
        product_name,
    from sales
    qualify row_number() over (
        partition by product_id order by ordered_at desc, order_id desc, line_number desc
    ) = 1
    order by product_id
) to (getvariable('output') || '/products.parquet');
