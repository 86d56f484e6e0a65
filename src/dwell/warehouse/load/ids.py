"""Post ids, links and handles as SQL: the id in a link, the time in an id, and what a spreadsheet did to it.

A TikTok id has 17-20 digits, and its upper 32 bits are the Unix second at which it was made: a lower bound of the time
of publishing. A spreadsheet or a float keeps 15-16 of the digits, so a damaged id points at another post, or at none;
only a link in the same row, whose id agrees in the digits that were kept, repairs it (`damaged_ids`).
"""

from __future__ import annotations

from dwell.text import names, platforms
from dwell.text.ids import (
    FACEBOOK_ID,
    FLOAT_ID,
    LOST_REASON,
    OLDEST_ID,
    SCIENTIFIC_ID,
    SHORTEST_MARKED,
    STEP,
    STEP_FROM,
    ZEROS,
)
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.macros import bind

_LINK = (
    r"(?:/(?:embed/v\d|player/v1|video|photo|embed|shorts|v)/|[?&](?:item_id|share_item_id|v)=|youtu\.be/)"
    r"([A-Za-z0-9_-]+)"
)
# Of a cell with links to several posts; a page's own parameters, such as `?item_id=`, are no second link.
_ONE_OF_LINKS = (
    r"(?:/(?:embed/v\d|player/v1|video|photo|embed|shorts|v)/|youtu\.be/|watch\?v=)"
    r"([0-9]{17,20}|[A-Za-z0-9_-]{11})(?:[^A-Za-z0-9_-]|$)"
)
_TWO_LINKS = 76  # characters of two short ones
_NO_HANDLE = (
    f"lower(n) IN ({', '.join(map(quote_text, ('', *names.PLACEHOLDERS)))}) OR starts_with(n, '{names.ACCOUNT_KEY}')"
)
_HANDLE_IN_LINK = bind(
    f"regexp_extract(decoded_of(t), {quote_text(names.HANDLE_IN_LINK)}, 1)",
    "n",
    f"CASE WHEN NOT ({_NO_HANDLE}) THEN lower(n) END",
)
_PLATFORM = " ".join(
    f"WHEN n IN ({', '.join(quote_text(name) for name, one in platforms.NAMES.items() if one == platform)}) "
    f"THEN {quote_text(platform)}"
    for platform in dict.fromkeys(platforms.NAMES.values())
)
_HOST = f"regexp_extract(lower(t), {quote_text(platforms.HOST_IN_LINK)}, 1)"
_HOSTS, _THEIR_PLATFORMS = (
    f"[{', '.join(map(quote_text, names))}]" for names in (platforms.HOSTS, platforms.HOSTS.values())
)
_ZEROS = " ".join(f"WHEN n >= {least} THEN n % {unit} = 0" for least, unit in ZEROS)
_ZEROS_CHANCE = " ".join(f"WHEN n >= {least} THEN 1 / {unit}" for least, unit in ZEROS)
# The end of the 17th digit is looked at first, because that is cheap.
_FLOAT_TEXT = " ".join(
    f"WHEN n >= {least} THEN n % {unit // 100} = 0 AND shortest_of(n, {unit // 10}) = n" for least, unit in ZEROS
)
MACROS = (
    "decoded_of(t) AS CASE WHEN contains(t, '%') THEN coalesce(TRY(url_decode(t)), t) ELSE t END",
    # The id in a bare id or a link; a link without one stays as it is, to be shown.
    f"""id_of(t) AS CASE WHEN contains(t, '/')
        THEN coalesce(nullif(regexp_extract(decoded_of(t), '{_LINK}', 1), ''), t) ELSE t END""",
    # A JSON object is no name, and nothing is cut out of it.
    f"""handle_of(t) AS CASE WHEN starts_with(t, '{{') OR starts_with(t, '[') THEN NULL
        WHEN contains(t, '/') THEN {_HANDLE_IN_LINK}
        ELSE nullif(lower(ltrim(t, '@')), '') END""",
    f"is_tiktok_handle(t) AS regexp_full_match(t, {quote_text(names.TIKTOK_HANDLE)})",
    # The platform that a cell names: dwell's name for it, else the cell's own.
    f"""platform_of(t) AS {
        bind("regexp_replace(lower(clean_of(t)), ' +', ' ', 'g')", "n", f"CASE {_PLATFORM} ELSE nullif(n, '') END")
    }""",
    # The platform of a link; null for a host that is none. A CASE of hosts would search the link once for each.
    f"""link_platform_of(t) AS CASE WHEN starts_with(t, 'https://www.tiktok.com/') THEN 'tiktok'
        WHEN contains(t, '.') AND contains(t, '/')
            THEN list_extract({_THEIR_PLATFORMS}, list_position({_HOSTS}, {_HOST})) END""",
    f"has_id_time(n) AS n >= {OLDEST_ID}",
    "id_time_of(n) AS make_timestamptz((n >> 32) * 1000000)",
    f"is_rounded_id(t) AS regexp_full_match(t, '{SCIENTIFIC_ID}|{FLOAT_ID}')",
    # As far apart as half of the last digit that was kept, and a float's step.
    r"kept_digits_of(t) AS length(regexp_replace(split_part(lower(t), 'e', 1), '\D', '', 'g'))",
    """agrees_with(t, link) AS abs(TRY_CAST(replace(t, ',', '.') AS DOUBLE) - TRY_CAST(link AS DOUBLE))
        <= 1024 + 0.51 * pow(10, length(link) - kept_digits_of(t))""",
    """mended_id_of(t, link) AS CASE WHEN (contains(t, '.') OR contains(t, 'E') OR contains(t, 'e'))
        AND is_rounded_id(t) AND agrees_with(t, link) THEN link ELSE t END""",
    rf"""id_problem_of(t, n, latest, platform) AS CASE
        WHEN n BETWEEN {OLDEST_ID} AND latest AND CAST(n AS VARCHAR) = t
            AND coalesce(platform, 'tiktok') = 'tiktok' THEN NULL
        WHEN t IS NULL THEN 'missing id'
        WHEN starts_with(t, 'local-') THEN NULL
        WHEN coalesce(platform, 'youtube') = 'youtube' AND regexp_full_match(t, '[A-Za-z0-9_-]{{11}}') THEN NULL
        WHEN platform = 'facebook' AND regexp_full_match(t, '{FACEBOOK_ID}') THEN NULL
        WHEN regexp_full_match(t, '{SCIENTIFIC_ID}') THEN 'id in scientific notation {LOST_REASON}: ' || left(t, 40)
        WHEN regexp_full_match(t, '{FLOAT_ID}') THEN 'id damaged by a float {LOST_REASON}: ' || left(t, 40)
        WHEN contains(t, '/') THEN 'no post id in the link: ' || left(t, 120)
        WHEN NOT regexp_full_match(t, '\d+') THEN 'id with letters or signs: ' || left(t, 40)
        ELSE 'implausible id, no post of this platform: ' || left(t, 40) END""",
    # Only what may hold two links is searched for them: it is long, or something stands between the two.
    f"""may_hold_links(url) AS length(url) >= {_TWO_LINKS} OR contains(substr(url, 9), '://')
        OR contains(url, ' ') OR contains(url, ',') OR contains(url, ';') OR contains(url, chr(10))""",
    f"linked_posts_of(url) AS list_distinct(regexp_extract_all(decoded_of(url), {quote_text(_ONE_OF_LINKS)}, 1))",
    # Why a link contradicts itself or the id beside it; null where it does not, and where it has no id.
    f"""link_problem_of(i, url) AS CASE
        WHEN may_hold_links(url) AND len(linked_posts_of(url)) > 1
            THEN 'links to several posts in one cell: ' || left(url, 120)
        WHEN contains(url, '/' || i) OR starts_with(i, 'local-') THEN NULL
        WHEN link_platform_of(url) IN ('tiktok', 'youtube') THEN {
        bind(
            "id_of(url)",
            "l",
            "CASE WHEN NOT contains(l, '/') AND l <> i THEN 'the id and the link name two posts: ' "
            "|| left(i, 40) || ' and ' || left(l, 40) END",
        )
    } END""",
    # The marks of lost digits, as `text.ids` has them, and how often an undamaged id has each by chance.
    f"ends_in_zeros(n) AS CASE {_ZEROS} ELSE false END",
    "float_of(n) AS TRY_CAST(CAST(n AS DOUBLE) AS BIGINT)",
    f"""is_float_step(n) AS CASE WHEN n >= {STEP_FROM} THEN n % {STEP} = 0
        WHEN n >= {SHORTEST_MARKED} THEN float_of(n) = n ELSE false END""",
    "rounded_digits(n, unit) AS (float_of(n) + unit // 2) // unit * unit",
    """shortest_of(n, unit) AS CASE WHEN CAST(rounded_digits(n, unit) AS DOUBLE) = CAST(n AS DOUBLE)
        THEN rounded_digits(n, unit) ELSE rounded_digits(n, unit // 10) END""",
    f"is_float_text(n) AS CASE {_FLOAT_TEXT} ELSE false END",
    # Most ids show at their end that they have no mark.
    f"""looks_rounded(n) AS CASE WHEN n >= {STEP_FROM} AND n % {STEP} <> 0 AND n % 100 <> 0 THEN false
        ELSE ends_in_zeros(n) OR is_float_step(n) OR is_float_text(n) END""",
    f"zeros_chance(n) AS CASE {_ZEROS_CHANCE} ELSE 0 END",
    f"float_chance(n) AS CASE WHEN n >= {SHORTEST_MARKED} THEN pow(2, 52 - floor(log2(n))) ELSE 0 END",
    f"step_chance(n) AS CASE WHEN n >= {STEP_FROM} THEN 1 / {STEP} ELSE float_chance(n) END",
)
