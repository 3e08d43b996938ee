import re
from collections import Counter

import pytest

from quickpoll.keys import ENTRY_FIELD, PACKED_ENTRIES, PartitionKeys, pack_fields, partition_of, unpack_fields


def test_the_partition_of_a_code_never_changes() -> None:
    # Written down, not computed: another result would strand the sessions that are stored.
    assert [partition_of(code, 64) for code in ("000000", "123456", "999999")] == [38, 33, 55]


def test_codes_spread_evenly_over_the_partitions() -> None:
    sizes = Counter(partition_of(f"{number:06}", 64) for number in range(0, 1_000_000, 7))
    assert len(sizes) == 64
    assert max(sizes.values()) < 1.2 * min(sizes.values())


@pytest.mark.parametrize("number", [0, 63])
def test_all_keys_and_channels_of_a_partition_have_one_hash_tag(number: int) -> None:
    keys = PartitionKeys(number)
    names = [keys.stream, keys.lease, keys.fence, keys.meta, keys.deadlines, keys.gateways, keys.quarantine]
    names += [keys.session("123456"), keys.history("123456"), keys.channel("123456"), keys.replies("gateway")]
    names += [keys.create("{an id}")]
    assert {re.findall(r"\{.*?\}", name)[0] for name in names} == {f"{{p{number}}}"}
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("count", [1, 2, PACKED_ENTRIES])
def test_what_is_packed_is_unpacked_in_order(count: int) -> None:
    entries = [b"entry %d" % number for number in range(count)]
    fields = pack_fields(entries)
    assert unpack_fields(fields) == entries
    assert len(dict(zip(fields[::2], fields[1::2], strict=True))) == count, (
        "clients that make a dict of it lose nothing"
    )


def test_one_alone_is_as_versions_that_do_not_pack_expect_it() -> None:
    assert pack_fields([b"data"]) == [ENTRY_FIELD, b"data"]


@pytest.mark.parametrize("fields", [[b"other", b"field"], [b"0", b"data", b"2", b"data"], []])
def test_what_nobody_packed_holds_nothing(fields: list[bytes]) -> None:
    assert b"data" not in unpack_fields(fields)
