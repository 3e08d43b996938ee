import json
from dataclasses import asdict

from program.findings import Finding, Grade


def test_a_finding_is_plain_data() -> None:
    finding = Finding("port", Grade.DOUBTFUL, "8000 is in use", "set --port")
    assert json.loads(json.dumps(asdict(finding))) == {
        "about": "port",
        "grade": "doubtful",
        "found": "8000 is in use",
        "change": "set --port",
    }
