"""Asking one server: what is sent, what is waited for, and the line for every answer that cannot be used."""

from __future__ import annotations

import itertools
import math
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

import osmnx as ox
import pyproj.database
import pytest
import requests
import shapely

from coverage.errors import DownloadError
from coverage.sources import osm_server
from coverage.sources.nominatim_json import read_nominatim
from coverage.sources.osm_server import Politeness, Server, TryAgain, ask, has_slots, page_words
from coverage.sources.overpass_json import read_overpass
from osm_xml import ORIGIN, STEP, small_county
from overpass_server import (
    UTM_ZONES,
    MapData,
    MapServer,
    broken_off,
    code,
    cut_short,
    hang,
    page,
    remark,
    said,
    stall,
)

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

QUICK = Politeness(max_tries=3, first_wait_s=0.01, longest_wait_s=5.0)
BUSY_PAGE = """<?xml version="1.0"?><html><head><title>OSM3S Response</title></head><body>
<p>The data included in this document is from www.openstreetmap.org.</p>
<p><strong style="color:#FF0000">Error</strong>: runtime error: The server is probably too busy. </p>
</body></html>"""
SLOT_PAGE = "Connected as: 1\nCurrent time: x\nAnnounced endpoint: none\nRate limit: 2\n"


@pytest.fixture(scope="module", autouse=True)
def _known_zones():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyproj.database, "query_utm_crs_info", UTM_ZONES)
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return MapData(small_county().write(tmp_path_factory.mktemp("data") / "small.osm"))


@pytest.fixture
def server(data, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with MapServer(data) as running:
        yield running


def put_roads():
    (lon, lat), (dx, dy) = ORIGIN, STEP
    box = shapely.box(lon - 20 * dx, lat - 20 * dy, lon + 60 * dx, lat + 40 * dy)
    ox.graph_from_polygon(box, custom_filter='["highway"]')


def roads_of(server, *, timeout_s=10.0, politeness=QUICK, **options):
    asked = Server(server.url, "--endpoint", timeout_s, politeness)
    return ask(put_roads, read_overpass, asked, **options)


def refused(server, **options):
    """Ask for roads in vain, and give the error's line."""
    with pytest.raises(DownloadError) as caught:
        roads_of(server, **options)
    assert caught.value.line("zh") != caught.value.line("en")
    assert "\n" not in caught.value.line("en")
    return caught.value.line("en")


def test_an_answer_comes_with_all_tags_and_nodes_as_it_was_sent(server):
    body, answer = roads_of(server)
    assert answer == read_overpass(body, Server(server.url, ""))
    ways = [e for e in answer["elements"] if e["type"] == "way"]
    assert {way["tags"]["highway"] for way in ways} == {"primary", "residential"}
    nodes = {e["id"] for e in answer["elements"] if e["type"] == "node"}
    assert {ref for way in ways for ref in way["nodes"]} <= nodes


def test_the_question_names_the_program_and_leaves_the_server_less_time_than_we_wait(server):
    roads_of(server, timeout_s=10.0)
    (entry,) = server.asked("interpreter")
    assert entry.agent.startswith("emergency-coverage/")
    assert entry.text.startswith("[out:json][timeout:9];")


def test_osmnx_and_the_resolver_are_as_they_were(server):
    names = [name for name in vars(ox.settings) if not name.startswith("_")]
    before, resolver = {name: getattr(ox.settings, name) for name in names}, socket.getaddrinfo
    roads_of(server)
    server.faults["interpreter"] = iter([page(BUSY_PAGE)])
    refused(server)
    assert {name: getattr(ox.settings, name) for name in names} == before
    assert socket.getaddrinfo is resolver


def test_no_cache_of_osmnx_is_written_or_read(server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    roads_of(server)
    roads_of(server)
    assert list(tmp_path.iterdir()) == []
    assert len(server.asked("interpreter")) == 2


def test_what_the_user_has_set_for_requests_stays_in_force(server, monkeypatch):
    monkeypatch.setattr(ox.settings, "requests_kwargs", {"proxies": {"http": "http://127.0.0.1:9"}})
    monkeypatch.delenv("NO_PROXY")
    assert "no connection" in refused(server)
    assert server.log == []


def test_a_redirect_is_followed(data, server):
    with MapServer(data) as other:
        server.faults["interpreter"] = iter([code(307, Location=f"{other.url}/interpreter")])
        assert roads_of(server)[1]["elements"]
        assert len(other.asked("interpreter")) == 1


@pytest.mark.parametrize("target", ["http://localhost:9/interpreter", "https://evil.test/x", "//other.test/"])
def test_a_redirect_to_somebody_else_is_refused_by_name(server, target):
    server.faults["interpreter"] = iter([code(307, Location=target)])
    line = refused(server)
    assert f"sends the question on to {target}, and is not followed" in line
    assert "--endpoint" in line


@pytest.mark.parametrize("target", ["http://[bad", "http://127.0.0.1:99999/", "ftp://127.0.0.1/x"])
def test_a_redirect_to_nowhere_is_one_line(server, target):
    server.faults["interpreter"] = iter([code(302, Location=target)])
    assert target in refused(server)


def test_a_redirect_without_a_host_stays(server):
    server.faults["interpreter"] = iter([code(307, Location="/other/interpreter")])
    assert roads_of(server)[1]["elements"]


def test_a_busy_server_that_says_no_wait_is_not_asked_at_once(server, monkeypatch):
    waits = []
    monkeypatch.setattr(osm_server.time, "sleep", waits.append)
    server.faults["interpreter"] = iter([code(429, Retry_After="0")] * 2)
    roads_of(server, politeness=Politeness(max_tries=3, first_wait_s=5.0))
    assert [wait for wait in waits if wait] == [5.0, 10.0]


@pytest.mark.parametrize("asked_s", ["9" * 400, "9" * 5000])
def test_a_wait_beyond_all_bounds_is_given_up(server, asked_s):
    server.faults["interpreter"] = iter([code(429, Retry_After=asked_s)])
    assert "after 1 try" in refused(server)


def test_brackets_without_end_are_one_line(server):
    server.faults["interpreter"] = iter([page("[" * 200_000)])
    assert "brackets within brackets" in refused(server)


def trickle(handler, body):
    """Send an answer byte by byte, never silent for long."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    for i in range(len(body)):
        if handler.server.closing.wait(0.05):
            return
        handler.wfile.write(body[i : i + 1])
        handler.wfile.flush()


def test_an_answer_that_trickles_without_end_is_hung_up_on(server):
    server.faults["interpreter"] = iter([trickle])
    line = refused(server, timeout_s=0.2)
    assert "so slowly that it was not whole after 2 s" in line
    assert len(server.asked("interpreter")) == 1


def test_retry_after_is_waited_out(server):
    said_so = []
    server.faults["interpreter"] = iter([code(429, Retry_After="1")])
    roads_of(server, progress=lambda en, zh, *, within=False: said_so.append((en, zh, within)))
    first, second = server.asked("interpreter")
    assert second.at_s - first.at_s >= 1.0
    ((en, zh, within),) = said_so
    assert en.endswith("is busy (429 Too Many Requests): waiting 1 s")
    assert "等待1秒" in zh
    assert within


@pytest.mark.parametrize("number", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(server, number):
    server.faults["interpreter"] = iter([code(number)])
    assert roads_of(server)[1]["elements"]
    assert len(server.asked("interpreter")) == 2


def test_a_server_that_stays_busy_is_given_up(server):
    server.faults["interpreter"] = itertools.repeat(code(504))
    line = refused(server)
    assert "is busy (504 Gateway Timeout) after 3 tries" in line
    assert "--endpoint" in line
    assert len(server.asked("interpreter")) == 3


def test_the_waits_double_up_to_the_longest(server, monkeypatch):
    waits = []
    monkeypatch.setattr(osm_server.time, "sleep", waits.append)
    server.faults["interpreter"] = itertools.repeat(code(504))
    refused(server, politeness=Politeness(max_tries=6, first_wait_s=5.0, longest_wait_s=30.0))
    assert [wait for wait in waits if wait] == [5.0, 10.0, 20.0, 30.0, 30.0]


def test_a_server_that_wants_too_long_a_wait_is_given_up_at_once(server):
    server.faults["interpreter"] = iter([code(429, Retry_After="3600")])
    assert "after 1 try; it asks to wait 3600 s" in refused(server)
    assert len(server.asked("interpreter")) == 1


@pytest.mark.parametrize("fault", [cut_short, broken_off])
def test_half_an_answer_is_asked_for_again(server, fault):
    server.faults["interpreter"] = iter([fault])
    assert roads_of(server)[1]["elements"]
    server.faults["interpreter"] = itertools.repeat(fault)
    assert "after 3 tries" in refused(server)


@pytest.mark.parametrize("fault", [hang, stall])
def test_a_silent_server_is_given_up_after_the_timeout(server, fault):
    server.faults["interpreter"] = iter([fault])
    line = refused(server, timeout_s=0.5)
    assert "has not answered within 0.5 s" in line
    assert "--timeout" in line
    assert len(server.asked("interpreter")) == 1


def test_a_page_in_place_of_data_is_quoted(server):
    server.faults["interpreter"] = iter([page(BUSY_PAGE)])
    line = refused(server)
    assert "(runtime error: The server is probably too busy.)" in line
    assert len(server.asked("interpreter")) == 1


def test_a_refusal_is_quoted(server):
    server.faults["interpreter"] = iter([page("<h1>Access blocked</h1>", 403)])
    assert "(403 Forbidden: Access blocked)" in refused(server)


def test_an_answer_with_a_remark_is_never_used(server):
    server.faults["interpreter"] = iter([remark('runtime error: Query timed out in "recurse" at line 1')])
    assert 'Query timed out in "recurse" at line 1' in refused(server)
    assert len(server.asked("interpreter")) == 1


@pytest.mark.parametrize("value", [[], {"version": 0.6}, {"elements": None}, 3, None])
def test_json_of_another_kind_is_no_answer_of_overpass(server, value):
    server.faults["interpreter"] = iter([said(value)])
    assert "does not answer as an Overpass server" in refused(server)


@pytest.mark.parametrize("value", [{"error": "x"}, [3], [{"name": "x"}]])
def test_json_of_another_kind_is_no_answer_of_nominatim(server, value):
    server.faults["search"] = iter([said(value)])
    asked = Server(server.url, "--nominatim", 10.0, QUICK)
    with pytest.raises(DownloadError, match="does not answer as a Nominatim server"):
        ask(partial(ox.geocode_to_gdf, "试县"), read_nominatim, asked)


def free_port():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return closed.getsockname()[1]


def test_where_nobody_listens_an_extract_is_advised():
    nobody = Server(f"http://127.0.0.1:{free_port()}", "--endpoint", 10.0, QUICK)
    for question in (lambda: ask(put_roads, read_overpass, nobody), lambda: has_slots(nobody)):
        with pytest.raises(DownloadError) as caught:
            question()
        assert caught.value.line("en").startswith(
            "no connection: import an extract instead: coverage import --county NAME --osm FILE"
        )
        assert "Connection refused" in caught.value.line("en")
        assert caught.value.line("zh").startswith("无法连接网络：可改用数据文件导入：coverage import")


def test_a_name_that_does_not_resolve_is_no_connection_and_no_stranger_is_asked(monkeypatch):
    looked_up = []

    def unknown(host, *_, **__):
        looked_up.append(host)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setattr(socket, "gethostbyname", unknown)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(ox._http, "_original_getaddrinfo", unknown)
    with pytest.raises(DownloadError, match="no connection: .*Name or service not known"):
        ask(put_roads, read_overpass, Server("https://overpass.invalid/api", "--endpoint", 10.0, QUICK))
    assert set(looked_up) == {"overpass.invalid"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (SLOT_PAGE + "2 slots available now.\n", True),
        (SLOT_PAGE + "Slot available after: 2030-01-01T00:00:00Z, in 7 seconds.\n", True),
        ("Connected as: 1\nCurrent time: x\nAnnounced endpoint: none\nRate limit: 0\n", False),
        ("<html>welcome</html>", False),
    ],
)
def test_slots_are_waited_for_where_the_server_hands_them_out(server, status, expected):
    server.status = status
    assert has_slots(Server(server.url, "--endpoint")) is expected


@pytest.mark.parametrize("fault", [code(404), code(504), broken_off])
def test_a_server_without_a_status_hands_out_no_slots(server, fault):
    server.faults["status"] = iter([fault])
    assert not has_slots(Server(server.url, "--endpoint"))


@pytest.mark.parametrize("fault", [hang, stall, trickle, code(302, Location="http://localhost:9/status")])
def test_a_server_that_keeps_silent_about_its_status_hands_out_no_slots(server, fault):
    server.faults["status"] = iter([fault])
    assert not has_slots(Server(server.url, "--endpoint", 0.2))


def test_osmnx_looks_for_a_slot_before_it_asks(server):
    server.status = SLOT_PAGE + "2 slots available now.\n"
    roads_of(server, slots=True)
    assert [entry.page for entry in server.log] == ["status", "interpreter"]
    roads_of(server, slots=False)
    assert [entry.page for entry in server.log][2:] == ["interpreter"]


def test_a_wait_for_a_slot_is_announced(server):
    soon = f"{datetime.now(UTC) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
    server.status = f"{SLOT_PAGE}Slot available after: {soon}, in 1 seconds.\n"
    said_so = []
    roads_of(server, slots=True, progress=lambda en, zh, **_: said_so.append((en, zh)))
    ((en, zh),) = said_so
    assert en.startswith("waiting 1 s for a slot")
    assert "1秒" in zh


def test_a_slot_that_never_comes_free_is_not_waited_for(server, monkeypatch):
    monkeypatch.setattr(ox._overpass.time, "sleep", lambda _: None)
    server.status = SLOT_PAGE + "Currently running queries (pid, space limit, time limit, start time):\n"
    assert "has no free slot after 3 tries" in refused(
        server, slots=True, politeness=Politeness(max_tries=3, first_wait_s=0.01, max_status_looks=4)
    )
    assert [entry.page for entry in server.log] == ["status"] * 15


@pytest.mark.parametrize(
    "url", ["", "overpass-api.de/api", "ftp://x/api", "http://", "http://x:99999", "http://a..b/api"]
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(DownloadError, match="is no web address: give --endpoint"):
        Server(url, "--endpoint")


@pytest.mark.parametrize("tail", ["", "/", "/interpreter", "/interpreter/", "/status"])
def test_an_address_may_name_its_page(tail):
    assert Server(f" http://x.test:8080/api{tail} ", "").url == "http://x.test:8080/api"


@pytest.mark.parametrize("timeout_s", [0, -1, math.nan, math.inf])
def test_a_timeout_is_positive(timeout_s):
    with pytest.raises(DownloadError, match="timeout"):
        Server("http://x.test", "", timeout_s)


def test_retry_after_is_read_as_seconds_or_a_date():
    read = osm_server._retry_after_s
    assert read("120") == 120.0
    assert 50 < read(format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)) <= 60
    # what is over tells no wait
    assert read("0") is None
    assert read("Wed, 21 Oct 2015 07:28:00 GMT") is None
    assert read("Wed, 21 Oct 2015 07:28:00 -0000") is None
    # nor does what no clock shows
    assert read("9" * 400) == read("9" * 12) == 1e9
    assert read("Fri, 31 Dec 9999 23:59:59 -2359") in (None, 1e9)
    assert read("Wed, 21 Oct 99999999999999999999 07:28:00 GMT") is None
    assert read("") is None
    assert read("soon") is None


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (BUSY_PAGE, "runtime error: The server is probably too busy."),
        ("<html><head><title>Hotel &amp; Wifi</title></head><body>x</body></html>", "Hotel & Wifi"),
        ("<html><title></title><body><script>var a;</script><h1>Sign\n in</h1></body>", "Sign in"),
        ("plain words", "plain words"),
        ("", "-"),
        ("<p>" + "x" * 500, "x" * 120 + " …"),
    ],
)
def test_a_page_is_quoted_by_what_it_has_to_say(html, words):
    assert page_words(html.encode()) == words


def test_a_question_that_osmnx_never_puts_is_a_fault():
    with pytest.raises(DownloadError, match="OSMnx asked nothing"):
        ask(lambda: None, read_overpass, Server("http://x.test", "--endpoint"))


def test_osmnx_own_error_before_any_answer_passes_through():
    with pytest.raises(ValueError, match="invalid"):
        ask(
            partial(ox.graph_from_polygon, shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])),
            read_overpass,
            Server("http://x.test", "--endpoint"),
        )


def test_a_certificate_that_fails_is_no_connection():
    def put():
        raise requests.exceptions.SSLError("bad certificate")

    with pytest.raises(DownloadError, match="no connection"):
        ask(put, read_overpass, Server("http://x.test", "--endpoint"))


def test_try_again_never_leaves_the_room(server):
    server.faults["interpreter"] = itertools.repeat(code(429))
    with pytest.raises(DownloadError) as caught:
        roads_of(server)
    assert isinstance(caught.value.__cause__, TryAgain)
