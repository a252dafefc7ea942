"""Asking the Hub, through the session of its own client: one bounded answer at a time, with patience and clear errors.

The client's session knows the endpoint, the token, the proxy and whether the network may be used. Its own retries cover lists but not
single models, and it waits as long as the Hub says; here both kinds of request wait alike, within a limit, as the `RateLimit` and
`Retry-After` headers ask.
"""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from registry.errors import SourceError
from registry.sources.hub.words import shown

MAX_ANSWER = 256_000_000
"""An answer of more bytes is refused."""

LONGEST_WAIT = 900.0
"""Seconds; if the Hub asks to wait longer, the import ends and can be resumed."""

TRIES = 6
"""So often is one thing asked for."""

TIMEOUT = 60.0
"""Seconds without a byte, after which a request is given up."""

_RETRIED = frozenset({408, 429, 500, 502, 503, 504})

Parameters = Sequence[tuple[str, str]]
"""The query of a request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the Hub answered."""

    data: Any
    """The JSON of its body."""

    next_query: str | None
    """The query of the next page, where there is one."""

    total: int | None
    """How many there are in all, where the Hub says so."""


def _client_parts() -> Any:
    """The parts that the Hub's client is made of: its session, headers and readers of headers."""
    return importlib.import_module("huggingface_hub.utils")


class _Reply(NamedTuple):
    """What came of one try."""

    status: int | None = None
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""
    next_address: str | None = None
    trouble: str = ""


class HubClient:
    """Asks the Hub.

    Args:
        endpoint: Where it is; what the Hub's client is set to (`HF_ENDPOINT`), if not given.
        offline: Never ask.
        wait: Waits for some seconds; may tell somebody.
        timeout: Seconds without a byte.
    """

    def __init__(self, endpoint: str | None = None, *, offline: bool = False, wait: Callable[[float], None] = time.sleep, timeout: float = TIMEOUT) -> None:
        from huggingface_hub import constants

        self.endpoint = (endpoint or constants.ENDPOINT).rstrip("/")
        """The address of the Hub, which may be a mirror."""
        self._offline = offline or constants.is_offline_mode()
        self._wait = wait
        self._timeout = timeout
        self._spent: float = 0
        self.given_up = False
        """Whether the Hub did not answer however often it was asked: to ask for something else will hardly help."""

    @property
    def shown_endpoint(self) -> str:
        """The address without a name and password that may stand in it."""
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def ask(self, path: str, query: Parameters | str = (), *, what: str) -> Answer:
        """One answer.

        Args:
            path: What to ask for, from the endpoint on (`/api/models`).
            query: The parameters, or the query of a next page as it came.
            what: What is asked for, as a message names it.

        Raises:
            SourceError: The Hub cannot be reached, refuses, or answers with what cannot be read; the hint says what to do.
        """
        if self._offline:
            raise SourceError(f"{what} cannot be read from the Hub: licet is offline", "unset `HF_HUB_OFFLINE` and leave `--offline` away, or import a dump")
        if self._spent:
            self._pause(self._spent, what)
            self._spent = 0
        tried = 0
        while True:
            tried += 1
            reply = self._once(path, query)
            trouble = reply.trouble
            if reply.status == 200:
                answer = self._answer(reply, path, what)
                if answer is not None:
                    self._spent = _reset_after(reply.headers) or 0
                    return answer
                trouble = "its answer ends too early or is no JSON"
            elif reply.status is not None and reply.status not in _RETRIED:
                raise self._refusal(reply.status, reply.headers, what)
            if tried >= TRIES:
                self.given_up = True
                raise self._given_up(reply.status, trouble, what)
            self._pause(_wait_of(reply.headers, tried), what)

    def _once(self, path: str, query: Parameters | str) -> _Reply:
        """One try; where the connection fails, why."""
        import httpx2
        from huggingface_hub.errors import OfflineModeIsEnabled

        from registry import __version__

        try:
            url = httpx2.URL(f"{self.endpoint}{path}?{query if isinstance(query, str) else urlencode(query)}")
            headers = _client_parts().build_hf_headers(library_name="licet", library_version=__version__)
            body = bytearray()
            with _client_parts().get_session().stream("GET", url, headers=headers, timeout=self._timeout) as response:
                for part in response.iter_bytes():
                    body += part
                    if len(body) > MAX_ANSWER:
                        raise SourceError(f"{self.shown_endpoint} answers with more than {MAX_ANSWER:,} bytes", "ask for less at once")
                return _Reply(response.status_code, dict(response.headers), bytes(body), response.links.get("next", {}).get("url"))
        except OfflineModeIsEnabled as error:
            raise SourceError("the Hub may not be asked: its client is offline", "unset `HF_HUB_OFFLINE`, or import a dump") from error
        except httpx2.InvalidURL as error:
            raise SourceError(f"`{shown(self.shown_endpoint)}` is no address of a Hub", "correct `HF_ENDPOINT`") from error
        except httpx2.TimeoutException:
            return _Reply(trouble=f"it did not answer within {self._timeout:g} seconds")
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            return _Reply(trouble=_plain(error))

    def _answer(self, reply: _Reply, path: str, what: str) -> Answer | None:
        """The answer in a reply; none where it is cut off."""
        try:
            data = json.loads(reply.body)
        except RecursionError as error:
            raise SourceError(f"{what}: the Hub's answer is nested too deep", "ask for less at once") from error
        except ValueError:
            return None
        total = reply.headers.get("x-total-count", "")
        return Answer(data, _next_query(reply.next_address, path), int(total) if total.isdigit() and len(total) < 12 else None)

    def _pause(self, seconds: float, what: str) -> None:
        if seconds > LONGEST_WAIT:
            message = f"{what}: the Hub asks to wait {seconds:,.0f} seconds"
            raise SourceError(message, "try again later, which goes on where it stopped; with a token (`hf auth login`) the limits are higher")
        self._wait(seconds)

    def _refusal(self, status: int, headers: Mapping[str, str], what: str) -> SourceError:
        """The error for an answer that asking again would not change."""
        code, said = headers.get("x-error-code", ""), headers.get("x-error-message", "")
        has_token = self._has_token()
        if code == "GatedRepo":
            hint = "accept its terms on its page, then ask with your token" if has_token else "accept its terms on its page, and log in: `hf auth login`"
            return SourceError(f"{what} is gated, and you are not let in ({status})", hint)
        if code == "RevisionNotFound":
            return SourceError(f"{what}: there is no such revision ({status})", "check the branch, tag or commit after `@`")
        if said.startswith("Access to this resource is disabled"):
            return SourceError(f"{what} has been disabled by the Hub ({status})", "import what is known of it from a dump")
        if status == 401 and has_token and code != "RepoNotFound":
            return SourceError(f"{what}: the Hub does not accept your token ({status})", "log in again: `hf auth login`; or unset `HF_TOKEN`")
        if status in (401, 404) and (code == "RepoNotFound" or status == 404 or not has_token):
            # The Hub answers 401 to the anonymous for what is private and for what is not there, so that nobody can tell.
            hint = "check the name; your token may not see it" if has_token else "check the name; if it is private, log in: `hf auth login`"
            return SourceError(f"{what} is not on the Hub, or is private ({status})", hint)
        if status == 403:
            return SourceError(f"{what}: the Hub forbids it ({status}){self._told(said)}", "use a token with the right to read it")
        if status == 400:
            return SourceError(
                f"{what}: the Hub does not understand the request ({status}){self._told(said)}", "check the filter; a resumed list may have expired"
            )
        return SourceError(f"{what}: the Hub answers {status}{self._told(said)}", "try again later")

    def _given_up(self, status: int | None, trouble: str, what: str) -> SourceError:
        if status == 429:
            return SourceError(f"{what}: the Hub still limits the rate after {TRIES} tries (429)", "try again later; with a token the limits are higher")
        if status is not None and status != 200:
            return SourceError(f"{what}: the Hub still fails after {TRIES} tries ({status})", "try again later, which goes on where it stopped")
        return SourceError(f"{what}: {self.shown_endpoint} cannot be read after {TRIES} tries: {trouble}", "check the network, the proxy and `HF_ENDPOINT`")

    def _has_token(self) -> bool:
        return bool(_client_parts().get_token())

    def _told(self, said: str) -> str:
        """What the Hub says, as a message can show it: short, printable, without the token."""
        token = _client_parts().get_token()
        plain = said.replace(token, "[token]") if token else said
        return f": {shown(plain, 120)}" if plain else ""


def _next_query(address: str | None, path: str) -> str | None:
    """The query of the next page. Nothing else of its address is taken, so that no answer can lead the token to another host."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if not parts.query or not parts.path.endswith(path):
        raise SourceError(f"the Hub's next page leads elsewhere: `{shown(address, 100)}`", "check `HF_ENDPOINT`")
    return parts.query


def _reset_after(headers: Mapping[str, str]) -> float | None:
    """Seconds until the Hub takes requests again, where it says that none is left."""
    limit = _client_parts().parse_ratelimit_headers(headers)
    return float(limit.reset_in_seconds) + 1 if limit is not None and limit.remaining == 0 else None


def _wait_of(headers: Mapping[str, str], tried: int) -> float:
    """How long to wait before asking again: as the Hub says, else twice as long each time."""
    reset = _reset_after(headers)
    if reset is not None:
        return reset
    said = headers.get("retry-after", "").strip()
    if said.isdigit() and len(said) < 9:
        return float(said) + 1
    if said:
        try:
            at = parsedate_to_datetime(said)
            return max(0.0, (at.astimezone(UTC) - datetime.now(UTC)).total_seconds()) + 1
        except (ValueError, TypeError, OverflowError):
            pass
    return float(min(2 ** (tried - 1), 16))


def _plain(error: Exception) -> str:
    """What a connection failed of, without the address, which may hold a password."""
    return f"{type(error).__name__}: {shown(error, 100)}" if "://" not in str(error) else type(error).__name__
