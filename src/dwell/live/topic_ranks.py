"""Ranks of posts in the listing of a topic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dwell.live.parse_responses import parse_response, require_whole
from dwell.live.records import TopicRank
from dwell.records.item import PostItem
from dwell.state import StateDatabase, responses
from dwell.state.owner import Owner
from dwell.state.responses import StoredResponse

TOPICS: Mapping[str, str] = {"hashtag_posts": "hashtag", "sound_posts": "sound", "search_posts": "search"}
"""Listing -> the kind of topic that it is of."""


class TopicRanks:
    """Ranks the posts of topic listings: every row of one sample has the time at which the sample began, and its rank.

    Args:
        database: Where the responses are stored.
    """

    def __init__(self, database: StateDatabase) -> None:
        self._database = database
        self._started_at: dict[tuple[Owner, int], datetime] = {}
        self._ranks: dict[tuple[Owner, int], dict[str, int]] = {}

    def find_rank(self, response: StoredResponse, item: PostItem) -> TopicRank:
        """The rank of a post in the sample that its response belongs to.

        Raises:
            DamagedAnswerError: A response that the sample began with is damaged, so ranks and time are not known.
        """
        target = (response.owner, response.position)
        if target not in self._started_at:
            self._load_earlier_ranks(response)
        ranks = self._ranks[target]
        rank = ranks.setdefault(item.post_id, len(ranks) + 1)
        return TopicRank(
            topic_kind=TOPICS[response.what],
            topic=response.subject,
            rank=rank,
            observed_at=self._started_at[target],
        )

    def _load_earlier_ranks(self, response: StoredResponse) -> None:
        """Restore the ranks of earlier pages, which may have been loaded before."""
        target = (response.owner, response.position)
        ranks: dict[str, int] = {}
        stored = responses.list_target(self._database, *target)
        for page in stored:
            if page.response_id < response.response_id and (page is stored[0] or page.what == response.what):
                whole = responses.read_body(self._database, page)
                require_whole(whole)
                for item in parse_response(whole) if whole.what == response.what else ():
                    if isinstance(item, PostItem):
                        ranks.setdefault(item.post_id, len(ranks) + 1)
        self._started_at[target] = stored[0].received_at
        self._ranks[target] = ranks
