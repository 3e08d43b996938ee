import pytest

from quickpoll.store.cluster import ClusterNodes
from quickpoll.store.deployment import nodes_of
from quickpoll.store.nodes import OneNode
from quickpoll.store.sentinel import SentinelNodes


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("redis://there", OneNode),
        ("unix:///run/valkey.sock", OneNode),
        ("redis+sentinel://there/quizzes", SentinelNodes),
        ("redis+cluster://there", ClusterNodes),
    ],
)
def test_each_kind_of_url_has_its_map(url: str, kind: type) -> None:
    assert isinstance(nodes_of(url, 64), kind)
