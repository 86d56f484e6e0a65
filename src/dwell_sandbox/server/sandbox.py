"""One sandbox: a world, a clock, keys with credits and limits, faults, and what happens to one request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from dwell_sandbox.scavio.protocol import Scavio
from dwell_sandbox.server.calls import Calls, Served
from dwell_sandbox.server.distort import distort
from dwell_sandbox.server.faults import BREAKS, BY_SCRIPT, Faults, Script
from dwell_sandbox.server.instant import SimulatedTime
from dwell_sandbox.server.limits import Limiter, Rate, Verdict
from dwell_sandbox.server.protocol import Asked, Bill, Spoken
from dwell_sandbox.server.reply import Options, Refused, Reply, Scene
from dwell_sandbox.server.view import View
from dwell_sandbox.tikliveapi.protocol import TikLiveApi
from dwell_sandbox.world import World

KEY_PREFIX = "sandbox-"
SIMULATED, SIMULATED_AT = "x-dwell-simulated", "x-dwell-simulated-at"
"""Headers of every response: the seed of its world, and the simulated instant at which it was made."""
CREDITS = 100_000
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes over the wire.

    Attributes:
        status: HTTP status.
        headers: Names in lower case.
        body: The bytes.
        cut_at: The connection is broken off after so many bytes of the body; None sends it whole.
        slow_s: Seconds to wait first.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut_at: int | None = None
    slow_s: float = 0.0


@dataclass(slots=True)
class _Request:
    """One request on its way through."""

    spoken: Spoken
    asked: Asked
    number: int
    scene: Scene
    key: str = ""
    endpoint: str = ""
    fault: str | None = None
    drawn: str | None = None
    verdict: Verdict | None = None


@dataclass(slots=True)
class Sandbox:
    """A simulated provider of both protocols.

    Attributes:
        world: The world that it shows.
        time: Its clock.
        key: The one good key; None takes any that begins with `sandbox-`.
        faults: Faults by rate.
        limits: Protocol name -> limit, where it is not the documented one.
        credits: With which each key starts, for each protocol.
        options: Switches of the protocols.
    """

    world: World
    time: SimulatedTime
    key: str | None = None
    faults: Faults = field(default_factory=Faults)
    limits: Mapping[str, Rate] = field(default_factory=dict)
    credits: int = CREDITS
    options: Options = field(default_factory=Options)
    script: Script = field(default_factory=Script, init=False)
    calls: Calls = field(default_factory=Calls, init=False)
    protocols: Mapping[str, Spoken] = field(init=False)
    _view: View = field(init=False)
    _limiters: dict[tuple[str, str], Limiter] = field(default_factory=dict, init=False)
    _balances: dict[tuple[str, str], int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        spoken: tuple[Spoken, ...] = (TikLiveApi(self.options), Scavio(self.options))
        self.protocols = MappingProxyType({each.name: each for each in spoken})
        self._view = View(self.world, self.options.region)

    def reset(self) -> None:
        """Forget calls, scripts, limits and what was spent; the clock and the faults by rate go on."""
        self.script, self.calls = Script(), Calls()
        self._limiters.clear()
        self._balances.clear()

    def balances(self) -> dict[str, dict[str, int]]:
        """Protocol -> credits given to each key, taken, and left, over all keys that were used."""
        shown = {}
        for name in self.protocols:
            left = [balance for (protocol, _), balance in self._balances.items() if protocol == name]
            given = self.credits * len(left)
            shown[name] = {"keys": len(left), "given": given, "taken": given - sum(left), "left": sum(left)}
        return shown

    def answer(self, spoken: Spoken, asked: Asked) -> Sent:
        """Answer one request: key, limit, credits, the endpoint, and any fault on the way."""
        number = self.calls.next_number()
        request = _Request(spoken, asked, number, Scene(self._view, self.time.now(), self.options))
        try:
            reply = self._reply(request)
        except Refused as refused:
            reply = refused.reply
        return self._sent(request, reply)

    def _reply(self, request: _Request) -> Reply:
        spoken, asked = request.spoken, request.asked
        found = spoken.endpoint(asked)
        request.endpoint = asked.path[:80] if isinstance(found, Reply) else found.name
        if isinstance(found, Reply):
            return found
        key = spoken.key(asked)
        if key is None or not self._good(key):
            return spoken.refuse(key)
        request.key = key
        request.verdict = verdict = self._limiter(spoken, key).ask(self.time.elapsed())
        if verdict and verdict.wait_s:
            return spoken.too_fast(verdict)
        if failed := self._failure(request):
            return failed
        if self.balance(spoken, key) < 1:
            request.fault = None
            return spoken.out_of_credits()
        parameters = spoken.parameters(asked)
        if isinstance(parameters, Reply):
            return parameters
        reply = found.answer(request.scene, parameters)
        self._distort(request, reply)
        return reply

    def _failure(self, request: _Request) -> Reply | None:
        """The answer of a fault that comes before the endpoint; notes a fault that may come behind it."""
        spoken = request.spoken
        line = next(iter(self.script.candidates(spoken.name, request.endpoint)), None)
        if line and line.fault in (*BREAKS, *BY_SCRIPT):
            self.script.met(line)
            request.fault = line.fault
        elif line is None:
            request.drawn = self.faults.draw(request.number)
            request.fault = request.drawn if request.drawn in BREAKS else None
        if request.fault == "message":
            return spoken.message()
        if request.fault == "status_429":
            return spoken.too_fast(Verdict(1.0, 1, 0, 1.0))
        if request.fault and request.fault.startswith("status_"):
            return spoken.fails(int(request.fault.removeprefix("status_")))
        return None

    def _distort(self, request: _Request, reply: Reply) -> None:
        """Put a fault into the answer, the script's first; a fault that does not fit was none."""
        if request.fault:
            return
        for line in self.script.candidates(request.spoken.name, request.endpoint):
            if line.fault not in (*BREAKS, *BY_SCRIPT) and distort(line.fault, request.spoken, reply):
                self.script.met(line)
                request.fault = line.fault
                return
        if request.drawn and distort(request.drawn, request.spoken, reply):
            request.fault = request.drawn

    def _sent(self, request: _Request, reply: Reply) -> Sent:
        """The bytes. A success is paid for, also where it arrives cut off, but not where the connection breaks."""
        if request.fault == "truncated" and not reply.credits:
            request.fault = None
        dropped = request.fault == "dropped"
        cost = 0 if dropped else reply.credits
        left = self.balance(request.spoken, request.key) - cost if request.key else self.credits
        if request.key:
            self._balances[request.spoken.name, request.key] = left
        bill = Bill(cost, self.credits - left, left)
        payload = request.spoken.finish(reply, bill=bill, number=request.number)
        body = _ENCODER.encode(payload).encode()
        if request.fault == "truncated":
            body = body[: len(body) * 2 // 3]
        at = request.scene.at
        headers = {
            "content-type": "application/json; charset=utf-8",
            SIMULATED_AT: at.isoformat(),
            SIMULATED: f"seed={self.world.seed}",
            **request.spoken.headers(request.verdict),
            **reply.headers,
        }
        self.calls.add(
            Served(
                request.number,
                request.spoken.name,
                request.endpoint,
                request.asked.headers.get("x-dwell-call"),
                0 if dropped else reply.status,
                cost,
                request.fault,
                at,
            )
        )
        slow = self.faults.slow_s if request.fault == "slow" else 0.0
        return Sent(reply.status, headers, body, len(body) // 2 if dropped else None, slow)

    def balance(self, spoken: Spoken, key: str) -> int:
        """Credits that a key has left."""
        return self._balances.setdefault((spoken.name, key), self.credits)

    def _good(self, key: str) -> bool:
        return key == self.key if self.key else key.startswith(KEY_PREFIX)

    def _limiter(self, spoken: Spoken, key: str) -> Limiter:
        found = self._limiters.get((spoken.name, key))
        if found is None:
            asked = self.limits.get(spoken.name, spoken.rate)
            rate = replace(asked, burst=asked.burst or (spoken.rate.burst if asked.requests else 0))
            found = self._limiters[spoken.name, key] = Limiter(rate)
        return found
