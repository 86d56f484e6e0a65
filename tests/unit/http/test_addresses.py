"""Which addresses may be reached: every spelling of a private one is refused, also when a name resolves to it."""

from __future__ import annotations

import socket
from ipaddress import ip_address, ip_network

import pytest

from dwell.errors import AddressRefusedError, SettingsError
from dwell.http.addresses import Allowed, check, host_name, is_public, parse_url, port_of, resolve
from dwell.settings.webhooks import read_allowed

PUBLIC = ("93.184.216.34", "8.8.8.8", "192.31.196.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e")

REFUSED = (
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",  # IPv4-compatible
    "::ffff:127.0.0.1",  # IPv4-mapped
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",  # IPv4-translated
    "64:ff9b::7f00:1",  # NAT64
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",  # Teredo
    "2001:0:7f00:1::",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",  # 6to4
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700:4700::1111%1",
    "fec0::1",
    "ff02::1",
)

URLS = (
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0x7f.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://127.000.000.001/",
    "http://3232235777/",
    "http://0xa9fea9fe/",
    "http://169.254.169.254/latest/meta-data/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://10.0.0.1:8080/",
)


def anywhere(*addresses: str):
    return lambda host, port: list(addresses)


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses(text):
    assert is_public(ip_address(text))
    assert check("example.com", 443, Allowed(), anywhere(text)) == [text]


@pytest.mark.parametrize("text", REFUSED)
def test_addresses_that_are_not_public(text):
    assert not is_public(ip_address(text))
    with pytest.raises(AddressRefusedError):
        check("example.com", 443, Allowed(), anywhere(text))


@pytest.mark.parametrize("url", URLS)
def test_every_spelling_of_a_private_address(url):
    parts = parse_url(url)
    try:
        found = resolve(host_name(parts.hostname), port_of(parts))
    except OSError:
        return  # the system reads no address in it
    with pytest.raises(AddressRefusedError):
        check(host_name(parts.hostname), port_of(parts), Allowed(), anywhere(*found))


def test_most_spellings_are_addresses_here():
    """Otherwise the test above would test nothing."""
    found = 0
    for url in URLS:
        try:
            found += bool(resolve(host_name(parse_url(url).hostname), 80))
        except OSError:
            continue
    assert found >= 20


@pytest.mark.parametrize("position", [0, 1, 2])
def test_one_private_address_among_public_ones_refuses_all(position):
    answer = ["93.184.216.34", "2606:4700:4700::1111"]
    answer.insert(position, "127.0.0.1")
    with pytest.raises(AddressRefusedError, match=r"mixed\.example isn't on the public internet"):
        check("mixed.example", 443, Allowed(), anywhere(*answer))


def test_a_resolver_that_answers_nothing_or_nonsense():
    with pytest.raises(OSError, match="has no address"):
        check("empty.example", 443, Allowed(), anywhere())
    with pytest.raises(AddressRefusedError):
        check("odd.example", 443, Allowed(), anywhere("not an address"))


@pytest.mark.parametrize("port", [22, 25, 53, 110, 445, 465, 587, 993])
def test_ports_of_other_protocols(port):
    with pytest.raises(AddressRefusedError, match=f"Port {port} belongs to another protocol"):
        check("example.com", port, Allowed(), anywhere("93.184.216.34"))


@pytest.mark.parametrize("port", [80, 443, 1_024, 8_080, 65_535])
def test_ports_that_may_be_used(port):
    assert check("example.com", port, Allowed(), anywhere("93.184.216.34"))


def test_an_allow_list_adds_networks_and_hosts():
    allowed = Allowed((ip_network("10.1.0.0/16"), ip_network("fd00::/8")), frozenset({"hooks.local"}))
    assert check("a", 25, allowed, anywhere("10.1.2.3", "fd00::1"))
    assert check("a", 443, allowed, anywhere("10.1.2.3", "93.184.216.34"))
    assert check("HOOKS.local.", 25, allowed, anywhere("192.168.0.1"))
    for addresses in (["10.2.0.1"], ["10.1.2.3", "127.0.0.1"], ["::ffff:10.1.2.3"]):
        with pytest.raises(AddressRefusedError):
            check("a", 443, allowed, anywhere(*addresses))
    with pytest.raises(AddressRefusedError, match="Port 25"):
        check("a", 25, allowed, anywhere("10.1.2.3", "93.184.216.34"))


def test_the_setting(monkeypatch):
    monkeypatch.setenv("DWELL_WEBHOOK_ALLOW", " 192.168.1.0/24, 10.0.0.5,fd00::/8 ,Hooks.Local., receiver ,")
    networks, hosts = read_allowed()
    assert [str(network) for network in networks] == ["192.168.1.0/24", "10.0.0.5/32", "fd00::/8"]
    assert hosts == {"hooks.local", "receiver"}
    monkeypatch.delenv("DWELL_WEBHOOK_ALLOW")
    assert read_allowed() == ((), frozenset())


@pytest.mark.parametrize(
    "text", ["192.168.1.7/24", "10.0.0.0/33", "10.0.0.256", "http://hooks.local", "a b", "*.local"]
)
def test_a_setting_that_cannot_be_read(monkeypatch, text):
    monkeypatch.setenv("DWELL_WEBHOOK_ALLOW", f"hooks.local,{text}")
    with pytest.raises(SettingsError, match="DWELL_WEBHOOK_ALLOW has"):
        read_allowed()


def test_the_resolver_gives_each_address_once(monkeypatch):
    entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [entry, entry])
    assert resolve("localhost", 80) == ["127.0.0.1"]
