"""The kind of every column of every result: the one place that says which type a frame has for it.

A name means the same everywhere. The few columns that do not (`Result.types`) say so where their result is made.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal["text", "count", "number", "flag", "instant", "day", "texts", "json", "other"]
"""Text, whole number, fraction, yes or no, instant in UTC, day, list of texts, nested values; or not declared."""

_NAMES: dict[Kind, str] = {
    "text": """
        account account_id account_type at basis bucket caption category check checked column command
        connection_id consent_address creator creator_id cure detail dimension disabled_reason display_name
        duplicate_of effect_name endpoint error event event_id every evidence excluded field figure finding
        flags format gap group handle how id implausible job_id key key_id kind lacks last_outcome level
        media_type message metric model model_id name new_status niche norm note object open_id other_group
        outcome part path place platform post_id precision prefix previous_status problem provider proxy reads_as reason
        redirect rejects_file repair schedule secret seen shape sound_id source state status stream subject
        sentence sweep sweep_id sync_id table target text title topic topic_kind traffic_source type typed tz url
        verdict video_link watchlist what
    """,
    "count": """
        accounts active_videos ads answers baseline_n bumps bytes caption_length characters cliffs comments
        compared comparisons corrected credits credits_at_most deliveries downloads duplicates eligible equal
        failed failures followers followers_from followers_to gained hour known likes likes_from likes_to line
        listed_rank loaded looks lookups max_credits monitoring_duration_days n n_rest n_top new_posts
        observed_twice other_n pages pages_at_most pages_expected peer_creators peer_posts photos pinned points
        posts posts_new posts_published posts_with_watch_time provider_credits_today rank read_again rejected
        repeats requests requests_today rounding rows rows_moved rows_read rows_updated sampled saves shares
        shares_total slot snapshots snapshots_count snapshots_new statement suspect times too_close topic_posts
        topics total total_above_p90 total_snapshots uncertain_credits unknown_age unknown_duration
        unknown_views videos views views_from views_high views_low views_to watch_times_new weekday young
        apart by_day dated early late period undated unread
    """,
    "number": """
        above_band active_followers added_usd api_value balance_usd below_band bottom bump_height change
        cliff_drop confidence cost_per_snapshot days_remaining difference drop_r2 effect estimated_cost
        file_value forward_bias forward_mae forward_r2 forward_spearman fraction gain_r2 high hook_loss_1s
        hook_loss_3s hook_loss_5s hours hours_apart largest_difference low median median_difference
        out_of_fold_mae out_of_fold_r2 out_of_fold_spearman p10 p90 percentile position posts_added rest
        retention_1s retention_3s retention_5s rolling_r2 second share size spearman spearman_overall top
        total_charged_usd uncharged_usage_usd usd value
    """,
    "flag": """
        above_p90 again billing clear complete differs erased from_environment is_ad is_pinned repaired replay
        revoked rounded rounding_explains separates simulated sound_original success
    """,
    "instant": "last_updated monitoring_started",
    "day": "day month period_start",
    "texts": "buckets events hashtags import_again missing scopes warnings",
    "json": "flagged metadata plan requirements rows_new unknown_values",
}

KINDS: dict[str, Kind] = {name: kind for kind, names in _NAMES.items() for name in names.split()}
"""Name of a column -> its kind, for the names whose ending does not tell it."""

_ENDINGS: tuple[tuple[tuple[str, ...], Kind], ...] = (
    (("_at", "_until"), "instant"),
    (("_n", "_peers"), "count"),
    (
        (
            *("_change", "_d", "_h", "_high", "_low", "_median", "_momentum", "_multiple", "_p05", "_p10", "_p90"),
            *("_per_day", "_per_hour", "_percentile", "_predicted", "_rate", "_ratio", "_s", "_share", "_value"),
        ),
        "number",
    ),
)
"""What the end of a name says of its kind."""


def kind_of(name: str) -> Kind:
    """The kind of a column; `other` for a name that no result of dwell has."""
    if name in KINDS:
        return KINDS[name]
    if name.startswith("at_") and name[3:].isdigit():  # a place on a curve
        return "number"
    return next((kind for endings, kind in _ENDINGS if name.endswith(endings)), "other")
