"""A million customers by generated SQL: no names, no keys, only what segments and metrics look at."""

# The statements are put together from this file's own words; the numbers travel beside them.

from django.db import connection

# Ids that sort and look like UUIDv7, made from the row's number.
_ID = """
('018f' || substr(lpad(to_hex(n), 8, '0'), 1, 4) || '-' || substr(lpad(to_hex(n), 8, '0'), 5) || '-7'
 || substr(md5(n::text), 1, 3) || '-8' || substr(md5(n::text), 4, 3) || '-' || substr(md5(n::text), 7, 12))::uuid
"""
_STATEMENTS = (
    f"""
    INSERT INTO customers_customer (
        id, status, search_tokens, gender, birth_date, language, nationality, country, province, city, postcode,
        company, job_title, income_band, occupation, education, children, interests, tags, source, sources, is_sample,
        created_at, updated_at)
    SELECT {_ID}, 'known', '{{}}', (ARRAY['', 'female', 'male'])[1 + n %% 3], date '1950-01-01' + n %% 20000,
           (ARRAY['th', 'ko', 'en'])[1 + n %% 3], '', CASE WHEN n %% 10 < 6 THEN 'TH' ELSE 'KR' END,
           CASE WHEN n %% 10 < 6 THEN 'TH-' || 10 + n %% 70 ELSE 'KR-11' END, 'City ' || n %% 500,
           '', '', '', '', '', '', '',
           '{{}}', CASE WHEN n %% 50 = 0 THEN ARRAY['vip'] ELSE '{{}}' END, 'shop', ARRAY['shop'], FALSE,
           now() - n %% 1000 * interval '1 day', now()
    FROM generate_series(1, %(customers)s) n
    """,
    """
    INSERT INTO consent_consentstate (id, customer_id, purpose, channel, is_granted, status, at, record_id)
    SELECT gen_random_uuid(), id, 'marketing', channel, get_byte(uuid_send(id), 15) < 150, 'given', now(), id
    FROM customers_customer, unnest(ARRAY['email', 'sms']) channel
    """,
    """
    INSERT INTO commerce_order (
        id, customer_id, source, external_id, placed_at, status, currency, discount, shipping, tax, amount, is_counted,
        coupon, channel, store, created_at, updated_at)
    SELECT gen_random_uuid(), c.id, 'shop', '',
           now() - (get_byte(uuid_send(c.id), 14) + 37 * n %% 700) * interval '1 day'
           - random() * interval '1 day',
           'paid', CASE WHEN n %% 4 = 3 THEN 'KRW' ELSE 'THB' END, 0, 0, 0, 10 + n * 3.25, TRUE, '', '', '',
           now(), now()
    FROM customers_customer c, generate_series(1, %(orders)s * get_byte(uuid_send(c.id), 13) / 128) n
    """,
    # Up to five visits each.
    """
    INSERT INTO events_session (
        id, customer_id, started_at, ended_at, source, events, pages, seconds, entry_path, entry_title, exit_path,
        exit_title, channel, referrer_host, utm_source, utm_medium, utm_campaign, utm_term, utm_content, device,
        signed_in_at, is_bot, steps, fingerprint)
    SELECT gen_random_uuid(), v.customer_id, v.at, v.at + interval '5 minutes', 'web', 6, 3, 200, '/', 'Home', '/cart',
           'Cart', 'paid', '', 'line', 'cpc', 'glow', '', '', 'phone', CASE WHEN v.n = 2 THEN v.at END, FALSE,
           '[{"kind": "page", "path": "/", "title": "Home", "after": 0, "seconds": 40}]'::jsonb, v.n
    FROM (
        SELECT c.id AS customer_id, n, now() - (get_byte(uuid_send(c.id), 15) + 3 * n) * interval '1 day' AS at
        FROM customers_customer c, generate_series(1, get_byte(uuid_send(c.id), 12) / 48) n
    ) v
    """,
    """
    INSERT INTO commerce_exchangerate (id, currency, "on", rate)
    SELECT gen_random_uuid(), 'KRW', current_date - n, 0.025 FROM generate_series(0, 1500) n
    """,
)


def fill(*, customers: int, orders: int) -> None:
    """Put that many customers, with about `orders` orders each, into an empty database; analysed and vacuumed."""
    with connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement, {"customers": customers, "orders": orders})
        cursor.execute("VACUUM ANALYZE")
