"""Which addresses may be dialled."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fetch.vet import PrivateAddress, is_address, is_host, is_public, vet, vet_spelling

V4 = st.ip_addresses(v=4)
V6 = st.ip_addresses(v=6)
PRIVATE_V4 = st.sampled_from(
    ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24",
     "192.168.0.0/16", "198.18.0.0/15", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"]
).flatmap(lambda network: st.ip_addresses(network=network))  # fmt: skip
PRIVATE_V6 = st.sampled_from(
    ["::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32",
     "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"]
).flatmap(lambda network: st.ip_addresses(network=network))  # fmt: skip


@given(PRIVATE_V4 | PRIVATE_V6)
def test_what_is_not_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert not is_public(str(address))


@given(PRIVATE_V4)
def test_nat64_is_what_it_leads_to(address: ipaddress.IPv4Address) -> None:
    prefix = int(ipaddress.IPv6Address("64:ff9b::"))
    assert not is_public(str(ipaddress.IPv6Address(prefix + int(address))))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001:80e::200e", "64:ff9b::808:808"]
)
def test_what_is_public(address: str) -> None:
    assert is_public(address)
    vet("wire.example", [address])
    assert vet_spelling(address) is None


@given(V4 | V6)
def test_what_is_public_is_global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not address.is_multicast


def test_one_private_address_is_enough() -> None:
    with pytest.raises(PrivateAddress, match=r"wire\.example is 10\.0\.0\.1"):
        vet("wire.example", ["8.8.8.8", "10.0.0.1"])


@given(
    V4,
    st.sampled_from(
        ["{n}", "{h}", "0x{a:x}.{b}.{c}.{d}", "0{a:o}.{b}.{c}.{d}", "{a}.{m}", "{a}.{b}.{c}.{d}."]
    ),
)
def test_odd_spellings_are_refused_whatever_they_mean(address: ipaddress.IPv4Address, form: str) -> None:
    a, b, c, d = address.packed
    host = form.format(n=int(address), h=hex(int(address)), a=a, b=b, c=c, d=d, m=int(address) & 0xFFFFFF)
    with pytest.raises(PrivateAddress):
        vet_spelling(host)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "::1", "fe80::1%eth0"]
)
def test_this_machine_by_its_spelling(host: str) -> None:
    with pytest.raises(PrivateAddress):
        vet_spelling(host)


@pytest.mark.parametrize(
    "host", ["wire.example", "24.hu", "0xfeed.example", "1.2.3.4.example", "localhost.example"]
)
def test_names_are_for_the_resolver(host: str) -> None:
    assert vet_spelling(host) is None
    assert is_host(host)
    assert not is_address(host)


@pytest.mark.parametrize("host", ["", "%31.0.0.1", "a b", "[::1]", "wire.example/", "a\x00b"])
def test_what_is_no_host(host: str) -> None:
    assert not is_host(host)
