"""Asking OpenStreetMap's servers through OSMnx: politely, a bounded number of times, no half answer used."""

from __future__ import annotations

import email.utils
import html
import json
import math
import re
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urljoin, urlsplit

import osmnx as ox
import requests
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from coverage.errors import DownloadError, system_reason
from coverage.sources.progress import Stage, no_progress
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OVERPASS_URL = "https://overpass-api.de/api"
NOMINATIM_URL = "https://nominatim.openstreetmap.org"
USER_AGENT = f"emergency-coverage/{__version__} (OSMnx {ox.__version__})"
_BUSY = frozenset({429, 502, 503, 504})
_N_WORDS = 120
_FOREVER_S = 1e9
# an answer that never falls silent, and never ends, is hung up on after as many timeouts
_N_TIMEOUTS = 10
_STATUS_TIMEOUT_S = 30.0
# a server without slots (`Rate limit: 0`, or another page) would keep OSMnx waiting a minute a question
_SLOTS = re.compile(r"^Rate limit: [1-9]", re.MULTILINE)
_NEXT_SLOT = re.compile(r"^Slot available after: .*, in (-?\d+) seconds", re.MULTILINE)

T = TypeVar("T")


@dataclass(frozen=True)
class Politeness:
    """
    How often and how long a busy server is waited for.

    Parameters
    ----------
    max_tries
        How often one question is put at most.
    first_wait_s
        Seconds to the second try where the server does not say; doubled for each further one.
    longest_wait_s
        No single wait is longer; a server that asks for more ends the download.
    max_status_looks
        How often the status of a server without a free slot is looked at, 5 s apart, for one try.
    """

    max_tries: int = 5
    first_wait_s: float = 5.0
    longest_wait_s: float = 300.0
    max_status_looks: int = 24


@dataclass(frozen=True)
class Server:
    """
    Whom to ask, and how.

    Parameters
    ----------
    url
        Web address that the server's pages are put behind.
    option
        Of the command line, that gives another one.
    timeout_s
        How long an answer may keep silent, seconds.
    politeness
        What is done when the server is busy.

    Raises
    ------
    DownloadError
        If the address is no web address, or the timeout is not positive.
    """

    url: str
    option: str
    timeout_s: float = 180.0
    politeness: Politeness = field(default_factory=Politeness)

    def __post_init__(self) -> None:
        """Check the address and the timeout, and take the page off the address."""
        plain = re.sub(r"(/+(interpreter|search|status))?/*$", "", self.url.strip())
        if not _is_web_address(plain):
            example = NOMINATIM_URL if self.option == "--nominatim" else OVERPASS_URL
            raise DownloadError(
                f"{plain or 'an empty text'} is no web address: give {self.option} one like {example}",
                zh=f"{plain or '空文本'} 不是服务器网址：{self.option} 应为 {example} 这样的网址",
            )
        object.__setattr__(self, "url", plain)
        if not 0 < self.timeout_s < math.inf:
            raise DownloadError(
                f"the timeout is {self.timeout_s:g} s: give a positive number of seconds with --timeout",
                zh=f"超时时间为 {self.timeout_s:g} 秒：--timeout 应为正数（秒）",
            )

    @property
    def host(self) -> str:
        """How messages call it: its name, with its port where it has one of its own."""
        return urlsplit(self.url).netloc


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
        has_port = parts.port is None or parts.port > 0
    except ValueError:  # an impossible port or label; UnicodeError is one
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and has_port


class _SilentError(DownloadError):
    """A server that was reached, and says nothing, or nothing that comes to an end."""


class TryAgain(Exception):  # noqa: N818 (never leaves this room)
    """An answer that the same question, put again, may better."""

    def __init__(self, en: str, zh: str, wait_s: float | None = None) -> None:
        super().__init__(en)
        self.en, self.zh, self.wait_s = en, zh, wait_s


def read_json(body: bytes, server: Server) -> Any:
    """
    Read the text of an answer.

    Parameters
    ----------
    body
        As it came.
    server
        Who sent it.

    Raises
    ------
    TryAgain
        If it is cut short.
    DownloadError
        If it is a web page instead, or nested without end.
    """
    try:
        return json.loads(body)
    except RecursionError as error:
        raise DownloadError(
            f"{server.host} sent brackets within brackets, thousands deep, as no map server does: check the "
            f"address {server.option} gives",
            zh=f"{server.host} 返回的数据嵌套层数异常，不是地图服务器的应答：请检查 {server.option} 的网址",
        ) from error
    except ValueError as error:
        if body.lstrip().startswith(b"<"):
            words = page_words(body)
            raise DownloadError(
                f"{server.host} sent a web page instead of data ({words}): run the command again later, give "
                f"another server with {server.option}, or import an extract: coverage import --osm FILE",
                zh=f"{server.host} 返回的是网页而不是数据（{words}）：请稍后重新运行本命令，"
                f"用 {server.option} 换用其他服务器，或改用数据文件导入：coverage import --osm 文件",
            ) from error
        raise TryAgain(
            f"{server.host} sent an answer that is cut short", f"{server.host} 返回的数据不完整"
        ) from error


def page_words(body: bytes) -> str:
    """Quote what a web page has to say: Overpass's error, else the title, else its first words."""
    text = body.decode("utf-8", "replace")
    quotes = (
        r"<strong[^>]*>\s*Error\s*</strong>\s*:?(.*?)</p>",
        r"<title[^>]*>(.*?)</title>",
        r"<body[^>]*>(.*)",
        r"(.*)",
    )
    for pattern in quotes:
        match = re.search(pattern, text, re.DOTALL | re.IGNORECASE)
        plain = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", match[1], flags=re.DOTALL) if match else ""
        words = " ".join(html.unescape(plain).split())
        if words:
            return words if len(words) <= _N_WORDS else f"{words[:_N_WORDS]} …"
    return "-"


class _Listener(Generic[T]):
    """Hears every answer before OSMnx does: keeps a good one, raises what any other is."""

    def __init__(self, server: Server, read: Callable[[bytes, Server], T], progress: Stage) -> None:
        self.heard: tuple[bytes, T] | None = None
        self._server = server
        self._read = read
        self._progress = progress
        self._looks_left = server.politeness.max_status_looks

    def __call__(self, response: requests.Response, **_: object) -> None:
        try:
            if response.is_redirect:
                _check_redirect(response, self._server)
            else:
                _take_in_time(response, self._server)
                self._hear(response)
        except BaseException:
            response.close()  # requests does not, where a hook raises
            raise

    def _hear(self, response: requests.Response) -> None:
        if response.status_code in _BUSY:
            reason = f"{response.status_code} {response.reason}"
            raise TryAgain(
                f"{self._server.host} is busy ({reason})",
                f"{self._server.host} 繁忙（{reason}）",
                _retry_after_s(response.headers.get("Retry-After", "")),
            )
        if not response.ok:
            raise _refused(self._server, response)
        if urlsplit(response.url).path.endswith("/status"):
            self._look(response.text)
        else:
            self.heard = (response.content, self._read(response.content, self._server))

    def _look(self, status: str) -> None:
        """Say for how long OSMnx will wait for a slot; end the try where none ever comes free."""
        host = self._server.host
        self._looks_left -= 1
        if self._looks_left < 0:
            raise TryAgain(f"{host} has no free slot", f"{host} 没有空闲的查询名额")
        waits = _NEXT_SLOT.findall(status)
        if waits and "available now" not in status:
            s = max(int(waits[0]), 1)
            self._progress(
                f"waiting {s} s for a slot of {host}", f"等待 {host} 的查询名额：{s}秒", within=True
            )


def _check_redirect(response: requests.Response, server: Server) -> None:
    """Follow a server to another of its pages, and to nobody else."""
    target = response.headers["Location"]
    try:
        there = urljoin(response.url, target)
        stays = _is_web_address(there) and urlsplit(there).hostname == urlsplit(response.url).hostname
    except ValueError:
        stays = False
    if not stays:
        where = target if len(target) <= _N_WORDS else f"{target[:_N_WORDS]} …"
        raise DownloadError(
            f"{server.host} sends the question on to {where}, and is not followed: if that is the right "
            f"server, give its address with {server.option}",
            zh=f"{server.host} 将请求转到 {where}，未予跟随："
            f"如确认应使用该服务器，请用 {server.option} 指定其网址",
        )


def _take_in_time(response: requests.Response, server: Server) -> None:
    """Take an answer in, as long as it does not trickle without end."""
    longest_s = _N_TIMEOUTS * server.timeout_s
    too_slow = threading.Event()

    def hang_up() -> None:
        too_slow.set()
        with suppress(OSError, ValueError, RuntimeError):  # it may have come in the meantime
            response.raw.shutdown()

    timer = threading.Timer(longest_s, hang_up)
    timer.daemon = True
    timer.start()
    try:
        response.content  # noqa: B018 (requests keeps it)
    except (requests.exceptions.RequestException, OSError, ProtocolError):
        if not too_slow.is_set():
            raise
    finally:
        timer.cancel()
    if too_slow.is_set():
        raise _SilentError(
            f"{server.host} sends its answer so slowly that it was not whole after {longest_s:g} s: run the "
            f"command again, and it goes on from what has come, or give another server with {server.option}",
            zh=f"{server.host} 发送数据过慢，{longest_s:g}秒内未能传完：请重新运行本命令，"
            f"已下载的部分不会重复下载；也可用 {server.option} 换用其他服务器",
        )


def _refused(server: Server, response: requests.Response) -> DownloadError:
    reason = f"{response.status_code} {response.reason}: {page_words(response.content)}"
    return DownloadError(
        f"{server.host} refuses the question ({reason}): check the address, give another server with "
        f"{server.option}, or import an extract: coverage import --osm FILE",
        zh=f"{server.host} 拒绝了请求（{reason}）：请检查网址，用 {server.option} 换用其他服务器，"
        "或改用数据文件导入：coverage import --osm 文件",
    )


def _retry_after_s(text: str) -> float | None:
    """
    Read a ``Retry-After`` header: seconds, or a date (RFC 9110, 10.2.3).

    Returns
    -------
    float or None
        None where there is none, or none to come: a busy server that says 0 is not to be asked at once.
    """
    if text.strip().isdecimal():
        wait_s = float(text)
    else:
        try:
            when = email.utils.parsedate_to_datetime(text)
            when = when.replace(tzinfo=UTC) if when.tzinfo is None else when
            wait_s = (when - datetime.now(tz=UTC)).total_seconds()
        except (ValueError, OverflowError):
            return None
    return min(wait_s, _FOREVER_S) if wait_s > 0 else None


def has_slots(server: Server) -> bool:
    """
    Tell whether an Overpass server hands out slots, as the public ones do and most private ones do not.

    Raises
    ------
    DownloadError
        If the server cannot be reached. One that keeps silent about its status has no slots to hand out.
    """
    patience = replace(server, timeout_s=min(server.timeout_s, _STATUS_TIMEOUT_S))

    def take(response: requests.Response, **_: object) -> None:
        if not response.is_redirect:
            _take_in_time(response, patience)

    with suppress(TryAgain, _SilentError), _translated(server):
        answer = requests.get(
            f"{server.url}/status",
            headers={"User-Agent": USER_AGENT},
            timeout=patience.timeout_s,
            # what is said elsewhere is said of another server
            allow_redirects=False,
            **{**ox.settings.requests_kwargs, "hooks": {"response": take}},
        )
        return answer.ok and _SLOTS.search(answer.text) is not None
    return False


def ask(
    put: Callable[[], object],
    read: Callable[[bytes, Server], T],
    server: Server,
    *,
    slots: bool = False,
    progress: Stage = no_progress,
) -> tuple[bytes, T]:
    """
    Put one question through OSMnx, and again where the server is busy or its answer is cut short.

    OSMnx's settings are those of the whole process: while the question is out, no other thread may use it.

    Parameters
    ----------
    put
        Calls OSMnx, such that it asks one thing.
    read
        Makes of the answer's text what is wanted; raises `TryAgain` or `DownloadError` for an
        answer that must not be used.
    server
        Whom to ask, and how.
    slots
        Wait for a slot of the Overpass server, as its status page announces them.
    progress
        Told of every wait.

    Returns
    -------
    bytes
        The answer as it came.
    T
        What `read` made of it.

    Raises
    ------
    DownloadError
        If there is no connection, no answer in time, or none that can be used.
    """
    policy = server.politeness
    for n_tries in range(1, policy.max_tries + 1):
        listener = _Listener(server, read, progress)
        try:
            with _translated(server), _osmnx_settings(server, listener, slots=slots):
                _put_once(put, listener)
        except TryAgain as reason:
            wait_s = reason.wait_s
            if wait_s is None:
                wait_s = min(policy.first_wait_s * 2.0 ** (n_tries - 1), policy.longest_wait_s)
            if n_tries == policy.max_tries or wait_s > policy.longest_wait_s:
                raise _given_up(server, reason, n_tries) from reason
            progress(f"{reason.en}: waiting {wait_s:.0f} s", f"{reason.zh}：等待{wait_s:.0f}秒", within=True)
            time.sleep(wait_s)
            continue
        if listener.heard is not None:
            return listener.heard
        break
    raise DownloadError(
        "OSMnx asked nothing: please report this fault with its version",
        zh="OSMnx 没有发出请求：请连同其版本号报告此问题",
    )


def _given_up(server: Server, reason: TryAgain, n_tries: int) -> DownloadError:
    en, zh = f"after {n_tries} {'try' if n_tries == 1 else 'tries'}", f"已尝试{n_tries}次"
    if reason.wait_s is not None:
        en += f"; it asks to wait {reason.wait_s:.0f} s"
        zh += f"，对方要求等待{reason.wait_s:.0f}秒"
    return DownloadError(
        f"{reason.en} {en}: run the command again later, and it goes on from what has come, or give another "
        f"server with {server.option}",
        zh=f"{reason.zh}（{zh}）：请稍后重新运行本命令，已下载的部分不会重复下载；"
        f"也可用 {server.option} 换用其他服务器",
    )


def _put_once(put: Callable[[], object], listener: _Listener[Any]) -> None:
    """Put a question; what OSMnx itself makes of an answer that was heard does not matter."""
    # in its cache-only mode OSMnx ends with an InterruptedError once the answer is there
    with suppress(InterruptedError):
        try:
            put()
        except (LookupError, TypeError, ValueError):
            if listener.heard is None:
                raise


@contextmanager
def _osmnx_settings(server: Server, listener: _Listener[Any], *, slots: bool) -> Iterator[None]:
    """Set OSMnx up for one question, and put back what was there, the resolver that it replaces too."""
    ours = {
        "cache_only_mode": True,
        # its own cache is written in place and keyed by server: answers are kept by the download itself
        "use_cache": False,
        # nobody else is to hear what is asked for
        "doh_url_template": None,
        "http_accept_language": "zh-CN,zh;q=0.9,en;q=0.5",
        "http_referer": USER_AGENT,
        "http_user_agent": USER_AGENT,
        # a question is cut into parts before it comes here
        "max_query_area_size": math.inf,
        "nominatim_url": server.url,
        "overpass_rate_limit": slots,
        # the server gives up, and says so, before we do
        "overpass_settings": f"[out:json][timeout:{max(int(0.9 * server.timeout_s), 1)}]{{maxsize}}",
        "overpass_url": server.url,
        "requests_kwargs": {**ox.settings.requests_kwargs, "hooks": {"response": listener}},
        "requests_timeout": server.timeout_s,
    }
    theirs = {name: getattr(ox.settings, name) for name in ours}
    resolver = socket.getaddrinfo
    try:
        for name, value in ours.items():
            setattr(ox.settings, name, value)
        yield
    finally:
        for name, value in theirs.items():
            setattr(ox.settings, name, value)
        socket.getaddrinfo = resolver


@contextmanager
def _translated(server: Server) -> Iterator[None]:
    """Turn what goes wrong on the way to a server and back into one line."""
    try:
        yield
    except requests.exceptions.ConnectTimeout as error:
        raise _no_connection(server, error) from error
    except requests.exceptions.Timeout as error:
        raise _silent(server) from error
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as error:
        raise _cut_off(server) from error
    except requests.exceptions.ConnectionError as error:
        cause = error.args[0] if error.args else None
        if isinstance(cause, ReadTimeoutError):  # in the middle of an answer
            raise _silent(server) from error
        if isinstance(cause, ProtocolError):
            raise _cut_off(server) from error
        raise _no_connection(server, error) from error
    except requests.exceptions.RequestException as error:
        raise _no_connection(server, error) from error


def _no_connection(server: Server, error: BaseException) -> DownloadError:
    while error.__context__ is not None:
        error = error.__context__
    reason, reason_zh = system_reason(error)
    if isinstance(error, socket.gaierror):
        reason_zh = "无法解析该网址"
    if getattr(error, "strerror", None) is None:  # a fault of the encryption, for instance
        reason = reason_zh = type(error).__name__
    return DownloadError(
        f"no connection: import an extract instead: coverage import --county NAME --osm FILE "
        f"({server.host}: {reason})",
        zh="无法连接网络：可改用数据文件导入：coverage import --county 名称 --osm 文件"
        f"（{server.host}：{reason_zh or reason}）",
    )


def _silent(server: Server) -> _SilentError:
    return _SilentError(
        f"{server.host} has not answered within {server.timeout_s:g} s: run the command again, and it goes "
        f"on from what has come; wait longer with --timeout, or give another server with {server.option}",
        zh=f"{server.host} 在{server.timeout_s:g}秒内没有应答：请重新运行本命令，已下载的部分不会重复下载；"
        f"也可用 --timeout 延长等待，或用 {server.option} 换用其他服务器",
    )


def _cut_off(server: Server) -> TryAgain:
    return TryAgain(f"{server.host} broke off in the middle of its answer", f"{server.host} 的应答中途断开")
