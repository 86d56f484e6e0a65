"""One sandbox: a world, a clock, keys with credits and rate limits, faults, and how a request is handled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import format_datetime
from types import MappingProxyType

from dwell_sandbox.business_api.protocol import BusinessApi
from dwell_sandbox.scavio.protocol import Scavio
from dwell_sandbox.server.distort import distort
from dwell_sandbox.server.faults import SCRIPT_ONLY_FAULTS, TEMPORARY_FAULTS, FaultRates, FaultScript
from dwell_sandbox.server.protocol import Charge, Protocol, Request
from dwell_sandbox.server.provider_view import ProviderView
from dwell_sandbox.server.rate_limits import LimitDecision, RateLimit, RateLimiter
from dwell_sandbox.server.request_log import LoggedRequest, RequestLog
from dwell_sandbox.server.response import EndpointError, ProtocolOptions, RequestContext, Response
from dwell_sandbox.server.simulated_clock import SimulatedClock
from dwell_sandbox.tikliveapi.protocol import TikLiveApi
from dwell_sandbox.world import World

KEY_PREFIX = "sandbox-"
SIMULATED, SIMULATED_AT = "x-dwell-simulated", "x-dwell-simulated-at"
"""Headers of every response: the seed of its world, and the simulated instant at which it was made."""

CREDITS = 100_000
_BEFORE_ENDPOINT = (*TEMPORARY_FAULTS, *SCRIPT_ONLY_FAULTS)
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class WireResponse:
    """A response as it is sent.

    Attributes:
        status: HTTP status.
        headers: Names in lower case.
        body: The bytes.
        cut_at: Drop the connection after this many bytes of the body; None sends all of it.
        delay_s: Seconds to wait before sending.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut_at: int | None = None
    delay_s: float = 0.0


@dataclass(slots=True)
class _Exchange:
    """One request while it is handled."""

    protocol: Protocol
    request: Request
    number: int
    context: RequestContext
    key: str = ""
    endpoint: str = ""
    own_access: bool = False
    fault: str | None = None
    drawn: str | None = None
    decision: LimitDecision | None = None


@dataclass(slots=True)
class Sandbox:
    """A simulated provider of all protocols.

    Attributes:
        world: The world that it serves.
        clock: Its clock.
        key: The only valid key; None accepts any that begins with `sandbox-`. The Business API has tokens instead.
        faults: Random faults.
        limits: Protocol name -> rate limit, where it differs from the documented one.
        credits: Credits that each key starts with, for each protocol.
        options: Options of the protocols.
    """

    world: World
    clock: SimulatedClock
    key: str | None = None
    faults: FaultRates = field(default_factory=FaultRates)
    limits: Mapping[str, RateLimit] = field(default_factory=dict)
    credits: int = CREDITS
    options: ProtocolOptions = field(default_factory=ProtocolOptions)
    script: FaultScript = field(default_factory=FaultScript, init=False)
    request_log: RequestLog = field(default_factory=RequestLog, init=False)
    protocols: Mapping[str, Protocol] = field(init=False)
    business_api: BusinessApi = field(init=False)
    _view: ProviderView = field(init=False)
    _limiters: dict[tuple[str, str], RateLimiter] = field(default_factory=dict, init=False)
    _balances: dict[tuple[str, str], int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.business_api = BusinessApi(self.options)
        protocols: tuple[Protocol, ...] = (TikLiveApi(self.options), Scavio(self.options), self.business_api)
        self.protocols = MappingProxyType({protocol.name: protocol for protocol in protocols})
        self._view = ProviderView(self.world, self.options.region)

    def reset(self) -> None:
        """Clear the request log, the script, rate limits and charges; clock, random faults and tokens are unchanged."""
        self.script, self.request_log = FaultScript(), RequestLog()
        self._limiters.clear()
        self._balances.clear()
        self.business_api.reset_limits()

    def balances(self) -> dict[str, dict[str, int]]:
        """Protocol -> credits given, taken and left, summed over all keys that were used."""
        totals = {}
        for name in [each for each in self.protocols if each != self.business_api.name]:
            left = [balance for (protocol, _), balance in self._balances.items() if protocol == name]
            given = self.credits * len(left)
            totals[name] = {"keys": len(left), "given": given, "taken": given - sum(left), "left": sum(left)}
        return totals

    def find_protocol(self, path: str) -> tuple[Protocol, str] | None:
        """The protocol of a path and the path below its prefix; the Business API also has its paths without one."""
        first, _, rest = path.removeprefix("/").partition("/")
        if first in self.protocols:
            return self.protocols[first], f"/{rest}"
        return (self.business_api, path) if first in self.business_api.roots else None

    def balance(self, protocol: Protocol, key: str) -> int:
        """Credits that a key has left."""
        return self._balances.setdefault((protocol.name, key), self.credits)

    def handle(self, protocol: Protocol, request: Request) -> WireResponse:
        """Handle one request: check key, rate limit and credits, call the endpoint, inject a fault if one is due."""
        number = self.request_log.next_number()
        exchange = _Exchange(protocol, request, number, self._context(protocol))
        try:
            response = self._respond(exchange)
        except EndpointError as error:
            response = error.response
        return self._encode(exchange, response)

    def _respond(self, exchange: _Exchange) -> Response:
        protocol, request = exchange.protocol, exchange.request
        endpoint = protocol.find_endpoint(request)
        exchange.endpoint = request.path[:80] if isinstance(endpoint, Response) else endpoint.name
        if isinstance(endpoint, Response):
            return endpoint
        exchange.own_access = endpoint.own_access
        if not endpoint.own_access and (refusal := self._check_access(exchange)):
            return refusal
        if failure := self._inject_failure(exchange):
            return failure
        if not endpoint.own_access and self.balance(protocol, exchange.key) < 1:
            exchange.fault = None
            return protocol.out_of_credits()
        parameters = protocol.parse_parameters(request)
        if isinstance(parameters, Response):
            return parameters
        response = endpoint.handler(exchange.context, parameters)
        self._distort(exchange, response)
        return response

    def _context(self, protocol: Protocol) -> RequestContext:
        real_s = self.clock.elapsed()
        return RequestContext(
            self._view,
            self.clock.now(),
            self.options,
            real_s=real_s,
            limit_s=real_s * (self.clock.speed or 1.0),
            limit=self.limits.get(protocol.name),
        )

    def _check_access(self, exchange: _Exchange) -> Response | None:
        """The refusal of a wrong key or of too many requests."""
        protocol = exchange.protocol
        key = protocol.read_key(exchange.request)
        if key is None or not self._is_valid_key(key):
            return protocol.key_refused(key)
        exchange.key = key
        exchange.decision = decision = self._limiter(protocol, key).check(self.clock.elapsed())
        return protocol.rate_limited(decision) if decision and decision.wait_s else None

    def _inject_failure(self, exchange: _Exchange) -> Response | None:
        """The response of a fault that comes before the endpoint; notes a fault that may come after it."""
        protocol = exchange.protocol
        line = next(iter(self.script.candidates(protocol.name, exchange.endpoint)), None)
        if line and line.fault in _BEFORE_ENDPOINT:
            self.script.consume(line)
            exchange.fault = line.fault
        elif line is None:
            exchange.drawn = self.faults.draw(exchange.number)
            exchange.fault = exchange.drawn if exchange.drawn in TEMPORARY_FAULTS else None
        if exchange.fault == "message":
            return protocol.no_data()
        if exchange.fault == "status_429":
            return protocol.rate_limited(LimitDecision(1.0, 1, 0, 1.0))
        if exchange.fault and exchange.fault.startswith("status_"):
            return protocol.server_error(int(exchange.fault.removeprefix("status_")))
        return None

    def _distort(self, exchange: _Exchange, response: Response) -> None:
        """Inject a fault into the response, the script's first; a fault that does not apply is not counted."""
        if exchange.fault:
            return
        for line in self.script.candidates(exchange.protocol.name, exchange.endpoint):
            if line.fault not in _BEFORE_ENDPOINT and distort(line.fault, exchange.protocol, response):
                self.script.consume(line)
                exchange.fault = line.fault
                return
        if exchange.drawn and distort(exchange.drawn, exchange.protocol, response):
            exchange.fault = exchange.drawn

    def _encode(self, exchange: _Exchange, response: Response) -> WireResponse:
        """Charge the request, log it and encode it. A truncated success is charged, a dropped connection is not."""
        succeeded = response.credits or (exchange.own_access and response.status == 200 and not response.code)
        if exchange.fault == "truncated" and not succeeded:
            exchange.fault = None
        dropped = exchange.fault == "dropped"
        charge = self._charge(exchange, 0 if dropped else response.credits)
        payload = exchange.protocol.wrap(response, charge=charge, number=exchange.number)
        page = response.page
        body = (_ENCODER.encode(payload) if page is None else page).encode()
        if exchange.fault == "truncated":
            body = body[: len(body) * 2 // 3]
        headers = {
            "content-type": f"{'application/json' if page is None else 'text/html'}; charset=utf-8",
            SIMULATED_AT: exchange.context.at.isoformat(),
            "date": format_datetime(exchange.context.at.astimezone(UTC), usegmt=True),
            SIMULATED: f"seed={self.world.seed}",
            **exchange.protocol.limit_headers(exchange.decision),
            **response.headers,
        }
        self._log(exchange, response, charge.credits, dropped=dropped)
        delay_s = self.faults.slow_s if exchange.fault == "slow" else 0.0
        return WireResponse(response.status, headers, body, len(body) // 2 if dropped else None, delay_s)

    def _charge(self, exchange: _Exchange, cost: int) -> Charge:
        left = self.balance(exchange.protocol, exchange.key) - cost if exchange.key else self.credits
        if exchange.key:
            self._balances[exchange.protocol.name, exchange.key] = left
        return Charge(cost, self.credits - left, left)

    def _log(self, exchange: _Exchange, response: Response, cost: int, *, dropped: bool) -> None:
        row = LoggedRequest(
            number=exchange.number,
            protocol=exchange.protocol.name,
            endpoint=exchange.endpoint,
            call=exchange.request.headers.get("x-dwell-call"),
            status=0 if dropped else response.status,
            credits=cost,
            fault=exchange.fault,
            simulated_at=exchange.context.at,
            code=response.code,
        )
        self.request_log.add(row)

    def _is_valid_key(self, key: str) -> bool:
        return key == self.key if self.key else key.startswith(KEY_PREFIX)

    def _limiter(self, protocol: Protocol, key: str) -> RateLimiter:
        limiter = self._limiters.get((protocol.name, key))
        if limiter is None:
            documented = protocol.rate_limit
            limit = self.limits.get(protocol.name, documented)
            limit = replace(limit, burst=limit.burst or (documented.burst if limit.requests else 0))
            limiter = self._limiters[protocol.name, key] = RateLimiter(limit)
        return limiter
